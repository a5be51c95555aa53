package event

import (
	"context"
	"time"

	commoncfg "github.com/prometheus/common/config"
)

// Settings say where events go. The zero value is nowhere.
type Settings struct {
	Files    []string // paths
	Webhooks []Webhook
	Kafkas   []Kafka
	Stdouts  int // how often events are printed
}

// Webhook is an output that posts events as JSON.
type Webhook struct {
	URL  string // secret
	HTTP commoncfg.HTTPClientConfig

	Timeout  time.Duration // of one attempt; 0 or less: 10s
	Workers  int           // that post at the same time; 0 or less: 4
	Attempts int           // for one post; 0 or less: 3
	Backoff  time.Duration // after the first attempt; doubles up to 30s

	// Batch posts arrays of events: when there are BatchEvents (0: 100), when they
	// have BatchBytes (0: 1 MiB), or BatchWait after the first (0: 100ms).
	Batch       bool
	BatchEvents int
	BatchBytes  int
	BatchWait   time.Duration
}

// Kafka is an output that produces events to a topic.
type Kafka struct {
	Brokers  []string // host:port
	Topic    string
	ClientID string
	// Protobuf asks for a format that is not known here; events are JSON all the
	// same, and the log says so.
	Protobuf    bool
	Acks        string               // none, leader (the default), all
	Compression string               // none, gzip, snappy, lz4, zstd; empty: the client decides
	Buffer      int                  // events that wait at most; 0 or less: 1024
	TLS         *commoncfg.TLSConfig // nil: not encrypted
}

// output takes records to one place. write is called from one goroutine at a time
// and may wait for a disk, but not for a network. close is called once, after the
// last write; what is on its way may arrive until ctx is done.
type output interface {
	write(r record)
	close(ctx context.Context)
}

// record is an encoded event. It is shared by the outputs.
type record struct {
	event string // Event.Type
	json  []byte
}

// or is the value, or what it is if that is not positive.
func or[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}
