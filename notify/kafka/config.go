package kafka

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of kafka_configs.
type Config struct {
	notify.Common `yaml:",inline"`
	Brokers       []string      `yaml:"brokers"` // host or host:port; at least one of the cluster
	Topic         template.Text `yaml:"topic"`
	ClientID      string        `yaml:"client_id"`
	// TLSConfig, if there is one, makes connections use TLS.
	TLSConfig   *commoncfg.TLSConfig `yaml:"tls_config,omitempty"`
	SASL        *SASL                `yaml:"sasl,omitempty"`
	Acks        string               `yaml:"acks"`
	Compression string               `yaml:"compression"`
	// MaxBytes bounds a message before it is compressed.
	MaxBytes int32 `yaml:"max_bytes"`
	// MaxAlerts is how many alerts one message has at most; 0: all.
	MaxAlerts uint64 `yaml:"max_alerts,omitempty"`
}

// defaultMaxBytes is what a broker takes that is not configured otherwise.
const defaultMaxBytes = 1_000_012

func defaults() Config {
	c := Config{ClientID: "tocsin", Acks: "all", Compression: "none", MaxBytes: defaultMaxBytes}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if c.Topic == "" {
		return errors.New("topic must be configured")
	}
	problems := []error{
		c.checkBrokers(),
		oneOf("acks", c.Acks, acks()),
		oneOf("compression", c.Compression, codecs()),
		c.checkSize(),
	}
	if !strings.Contains(string(c.Topic), "{{") {
		problems = append(problems, checkTopic(string(c.Topic)))
	}
	if c.TLSConfig != nil {
		if err := c.TLSConfig.Validate(); err != nil {
			problems = append(problems, fmt.Errorf("tls_config: %w", err))
		}
	}
	if c.SASL != nil {
		if err := c.SASL.check(); err != nil {
			problems = append(problems, fmt.Errorf("sasl: %w", err))
		}
	}
	return cmp.Or(problems...)
}

func (c Config) checkBrokers() error {
	if len(c.Brokers) == 0 || slices.Contains(c.Brokers, "") {
		return errors.New("brokers, each a host with or without a port, must be configured")
	}
	if err := kgo.ValidateOpts(kgo.SeedBrokers(c.Brokers...)); err != nil {
		return fmt.Errorf("brokers: %w", err)
	}
	return nil
}

func (c Config) checkSize() error {
	const least, most = 2 << 10, 100 << 20
	if c.MaxBytes < least || c.MaxBytes > most {
		return fmt.Errorf("max_bytes: %d is not from %d to %d", c.MaxBytes, least, most)
	}
	return nil
}

var topicForm = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

func checkTopic(topic string) error {
	if !topicForm.MatchString(topic) || topic == "." || topic == ".." {
		return fmt.Errorf("topic: %q is not the name of a topic, which has at most 249 letters, digits, ., _ and -", topic)
	}
	return nil
}

// acks are who has to have a message before it counts as told.
func acks() map[string]kgo.Acks {
	return map[string]kgo.Acks{"all": kgo.AllISRAcks(), "leader": kgo.LeaderAck(), "none": kgo.NoAck()}
}

func codecs() map[string]kgo.CompressionCodec {
	return map[string]kgo.CompressionCodec{
		"none":   kgo.NoCompression(),
		"gzip":   kgo.GzipCompression(),
		"snappy": kgo.SnappyCompression(),
		"lz4":    kgo.Lz4Compression(),
		"zstd":   kgo.ZstdCompression(),
	}
}

func oneOf[V any](key, value string, known map[string]V) error {
	if _, is := known[value]; is {
		return nil
	}
	return fmt.Errorf("%s: %q is not one of %s", key, value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

// Locate makes relative paths begin at dir.
func (c *Config) Locate(dir string) {
	if c.TLSConfig != nil {
		c.TLSConfig.SetDirectory(dir)
	}
	if c.SASL != nil {
		c.SASL.PasswordFile = commoncfg.JoinDir(dir, c.SASL.PasswordFile)
	}
}
