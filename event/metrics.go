package event

import (
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	recorded, bytes      *prometheus.CounterVec
	dropped, unencodable *prometheus.CounterVec
	outputDrops          *prometheus.CounterVec
	kafkaErrors          *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer, queued func() float64) *metrics {
	auto := promauto.With(r)
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return auto.NewCounterVec(prometheus.CounterOpts{Name: "alertmanager_" + name, Help: help}, labels)
	}
	auto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "alertmanager_event_recorder_queue_length",
		Help: "Number of events that wait to be written.",
	}, queued)
	m := &metrics{
		recorded: counters("events_recorded_total",
			"Events that an output has taken, or has failed to take.", "event_type", "output", "result"),
		bytes: counters("event_recorder_bytes_written_total",
			"Bytes of the events that an output has taken.", "event_type", "output"),
		dropped: counters("events_dropped_total",
			"Events that were dropped because the queue was full.", "event_type"),
		unencodable: counters("event_serialize_errors_total",
			"Events that could not be encoded.", "event_type"),
		outputDrops: counters("event_output_drops_total",
			"Events that an output has dropped because its own queue was full.", "output"),
		kafkaErrors: counters("event_kafka_produce_errors_total",
			"Events that Kafka did not take.", "output", "error_type"),
	}
	for _, e := range kinds() {
		m.dropped.WithLabelValues(e.Type())
		m.unencodable.WithLabelValues(e.Type())
	}
	return m
}

// quiet is how long the same complaint is not repeated in the log.
const quiet = time.Minute

// tally counts what becomes of the records of one output, and logs what goes
// wrong. Its methods may be called from many goroutines at once.
type tally struct {
	output  string // its name
	metrics *metrics
	logger  log.Logger

	mu       sync.Mutex
	said     string // the last complaint
	saidWhen time.Time
}

// done counts a record that was written, or was not.
func (t *tally) done(r record, err error) {
	if err != nil {
		t.metrics.recorded.WithLabelValues(r.event, t.output, "error").Inc()
		t.complain("Event could not be written", err)
		return
	}
	t.metrics.recorded.WithLabelValues(r.event, t.output, "success").Inc()
	t.metrics.bytes.WithLabelValues(r.event, t.output).Add(float64(len(r.json)))
}

// dropped counts a record for which there was no room.
func (t *tally) dropped() {
	t.metrics.outputDrops.WithLabelValues(t.output).Inc()
	t.complain("Event dropped, the output is too slow", nil)
}

// complain logs what is new, and from time to time what is not.
func (t *tally) complain(msg string, err error) {
	text := msg
	if err != nil {
		text += ": " + err.Error()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if text == t.said && now.Sub(t.saidWhen) < quiet {
		return
	}
	t.said, t.saidWhen = text, now
	_ = level.Warn(t.logger).Log("msg", msg, "output", t.output, "err", err)
}
