package daemon

import (
	"time"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/event"
)

// outputs says in the recorder's terms what is configured.
func outputs(c *config.EventRecorder) event.Settings {
	var s event.Settings
	if c == nil {
		return s
	}
	for _, f := range c.FileOutputs {
		if f != nil {
			s.Files = append(s.Files, f.Path)
		}
	}
	for _, w := range c.WebhookOutputs {
		if w != nil {
			s.Webhooks = append(s.Webhooks, webhookOutput(w))
		}
	}
	for _, k := range c.KafkaOutputs {
		if k != nil {
			s.Kafkas = append(s.Kafkas, kafkaOutput(k))
		}
	}
	s.Stdouts = len(c.StdoutOutputs)
	return s
}

func webhookOutput(w *config.WebhookOutput) event.Webhook {
	http := commoncfg.DefaultHTTPClientConfig
	if w.HTTPConfig != nil {
		http = *w.HTTPConfig
	}
	return event.Webhook{
		URL:         string(w.URL),
		HTTP:        http,
		Timeout:     time.Duration(w.Timeout),
		Workers:     w.Workers,
		Attempts:    w.MaxRetries,
		Backoff:     time.Duration(w.RetryBackoff),
		Batch:       w.Batch,
		BatchEvents: w.BatchMaxEvents,
		BatchBytes:  w.BatchMaxBytes,
		BatchWait:   time.Duration(w.BatchFlushInterval),
	}
}

func kafkaOutput(k *config.KafkaOutput) event.Kafka {
	return event.Kafka{
		Brokers:     k.Brokers,
		Topic:       k.Topic,
		ClientID:    k.ClientID,
		Protobuf:    k.Format == "protobuf",
		Acks:        k.Acks,
		Compression: k.Compression,
		Buffer:      k.BufferSize,
		TLS:         k.TLSConfig,
	}
}
