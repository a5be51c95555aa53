package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

// EventRecorder says where events are written. It is checked even if the feature
// is off. Outputs that are null do not exist, except for standard output.
type EventRecorder struct {
	FileOutputs    []*FileOutput    `yaml:"file_outputs,omitempty"`
	WebhookOutputs []*WebhookOutput `yaml:"webhook_outputs,omitempty"`
	KafkaOutputs   []*KafkaOutput   `yaml:"kafka_outputs,omitempty"`
	StdoutOutputs  []*struct{}      `yaml:"stdout_outputs,omitempty"`
}

// FileOutput appends events to a file, one JSON object a line.
type FileOutput struct {
	Path string `yaml:"path"`
}

// WebhookOutput posts events.
type WebhookOutput struct {
	URL                notify.Secret               `yaml:"url"`
	HTTPConfig         *commoncfg.HTTPClientConfig `yaml:"http_config,omitempty"`
	Timeout            yamlx.Duration              `yaml:"timeout,omitempty"`
	Workers            int                         `yaml:"workers,omitempty"`
	MaxRetries         int                         `yaml:"max_retries,omitempty"`
	RetryBackoff       yamlx.Duration              `yaml:"retry_backoff,omitempty"`
	Batch              bool                        `yaml:"batch,omitempty"`
	BatchMaxEvents     int                         `yaml:"batch_max_events,omitempty"`
	BatchMaxBytes      int                         `yaml:"batch_max_bytes,omitempty"`
	BatchFlushInterval yamlx.Duration              `yaml:"batch_flush_interval,omitempty"`
}

// UnmarshalYAML fills in the defaults.
func (w *WebhookOutput) UnmarshalYAML(unmarshal func(any) error) error {
	type plain WebhookOutput
	*w = WebhookOutput{
		Timeout: yamlx.Duration(10 * time.Second), Workers: 4,
		MaxRetries: 3, RetryBackoff: yamlx.Duration(500 * time.Millisecond),
	}
	return unmarshal((*plain)(w))
}

// KafkaOutput produces events to a topic.
type KafkaOutput struct {
	Brokers     []string             `yaml:"brokers"`
	Topic       string               `yaml:"topic"`
	ClientID    string               `yaml:"client_id,omitempty"`
	Format      string               `yaml:"format,omitempty"`
	Acks        string               `yaml:"acks,omitempty"`
	Compression string               `yaml:"compression,omitempty"`
	BufferSize  int                  `yaml:"buffer_size,omitempty"`
	TLSConfig   *commoncfg.TLSConfig `yaml:"tls_config,omitempty"`
}

// UnmarshalYAML fills in the defaults.
func (k *KafkaOutput) UnmarshalYAML(unmarshal func(any) error) error {
	type plain KafkaOutput
	*k = KafkaOutput{ClientID: "alertmanager", Format: "json", Acks: "leader", BufferSize: 1024}
	return unmarshal((*plain)(k))
}

func (f *FileOutput) check() error {
	if f.Path == "" {
		return errors.New("path is missing")
	}
	return nil
}

func (w *WebhookOutput) check() error {
	batching := []struct {
		key   string
		value int64
	}{
		{"batch_max_events", int64(w.BatchMaxEvents)},
		{"batch_max_bytes", int64(w.BatchMaxBytes)},
		{"batch_flush_interval", int64(w.BatchFlushInterval)},
	}
	var problems []error
	if w.URL == "" {
		problems = append(problems, errors.New("url is missing"))
	} else if _, err := notify.ParseURL(string(w.URL)); err != nil {
		problems = append(problems, fmt.Errorf("url: %w", err))
	}
	for _, b := range batching {
		switch {
		case b.value < 0:
			problems = append(problems, fmt.Errorf("%s is negative", b.key))
		case b.value > 0 && !w.Batch:
			problems = append(problems, fmt.Errorf("%s needs batch: true", b.key))
		}
	}
	return errors.Join(problems...)
}

func (k *KafkaOutput) check() error {
	var problems []error
	if len(k.Brokers) == 0 || slices.Contains(k.Brokers, "") {
		problems = append(problems, errors.New("brokers: at least one is needed, and none may be empty"))
	}
	if k.Topic == "" {
		problems = append(problems, errors.New("topic is missing"))
	}
	for _, choice := range []struct {
		key, value string
		of         []string
	}{
		{"format", k.Format, []string{"json", "protobuf"}},
		{"acks", k.Acks, []string{"leader", "none", "all"}},
		{"compression", k.Compression, []string{"", "none", "gzip", "snappy", "lz4", "zstd"}},
	} {
		if !slices.Contains(choice.of, choice.value) {
			problems = append(problems, fmt.Errorf("%s: %q is not one of %s", choice.key, choice.value, strings.TrimPrefix(strings.Join(choice.of, ", "), ", ")))
		}
	}
	return errors.Join(problems...)
}

// eventRecorder reads the section of that name.
func (p *parser) eventRecorder(raw *yamlx.Raw) *EventRecorder {
	if raw.Null() {
		return nil
	}
	r := &EventRecorder{}
	if !p.decode("event_recorder", raw, r) {
		return r
	}
	checkOutputs(p, "file_outputs", r.FileOutputs)
	checkOutputs(p, "webhook_outputs", r.WebhookOutputs)
	checkOutputs(p, "kafka_outputs", r.KafkaOutputs)
	r.setDirectory(p.options.Dir)
	return r
}

// setDirectory makes relative paths begin at a directory.
func (r *EventRecorder) setDirectory(dir string) {
	for _, f := range r.FileOutputs {
		if f != nil {
			f.Path = commoncfg.JoinDir(dir, f.Path)
		}
	}
	for _, w := range r.WebhookOutputs {
		if w != nil {
			w.HTTPConfig.SetDirectory(dir)
		}
	}
	for _, k := range r.KafkaOutputs {
		if k != nil {
			k.TLSConfig.SetDirectory(dir)
		}
	}
}

// checkOutputs checks the outputs of one sort. Those that are null are as good as
// absent.
func checkOutputs[T any, O interface {
	*T
	check() error
}](p *parser, key string, outputs []O) {
	for i, o := range outputs {
		if o == nil {
			continue
		}
		if err := o.check(); err != nil {
			p.problem(fmt.Sprintf("event_recorder.%s[%d]", key, i), err)
		}
	}
}
