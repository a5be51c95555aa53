package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// metrics are what the API counts.
type metrics struct {
	duration *prometheus.HistogramVec
	size     *prometheus.HistogramVec
	inFlight prometheus.Gauge
	refused  prometheus.Counter
	firing   prometheus.Counter
	resolved prometheus.Counter
	invalid  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	inFlight := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "alertmanager_http_requests_in_flight",
		Help: "Current number of HTTP requests being processed.",
	}, []string{"method"})
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_http_concurrency_limit_exceeded_total",
		Help: "Total number of HTTP requests turned away because too many were being processed.",
	}, []string{"method"})
	received := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_alerts_received_total",
		Help: "The total number of received alerts, by what they were when they came.",
	}, []string{"status", "version"})
	invalid := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_alerts_invalid_total",
		Help: "The total number of received alerts that were invalid.",
	}, []string{"version"})
	m := &metrics{
		duration: newDuration(),
		size:     newSize(),
		inFlight: inFlight.WithLabelValues("get"),
		refused:  refused.WithLabelValues("get"),
		firing:   received.WithLabelValues("firing", "v2"),
		resolved: received.WithLabelValues("resolved", "v2"),
		invalid:  invalid.WithLabelValues("v2"),
	}
	if reg == nil {
		return m, nil
	}
	return m, register(reg, m.duration, m.size, inFlight, refused, received, invalid)
}

func newDuration() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:                            "alertmanager_http_request_duration_seconds",
		Help:                            "Histogram of latencies for HTTP requests.",
		Buckets:                         prometheus.DefBuckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, []string{"handler", "method", "code"})
}

func newSize() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "alertmanager_http_response_size_bytes",
		Help:    "Histogram of response size for HTTP requests.",
		Buckets: prometheus.ExponentialBuckets(100, 10, 7),
	}, []string{"handler", "method"})
}

func register(reg prometheus.Registerer, collectors ...prometheus.Collector) error {
	var errs []error
	for _, c := range collectors {
		if err := reg.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register API metrics: %w", err))
		}
	}
	return errors.Join(errs...)
}

// timed observes how long a handler takes. The label handler is its name.
func (m *metrics) timed(name string, next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerDuration(m.duration.MustCurryWith(prometheus.Labels{"handler": name}), next)
}

// sized observes how large the answers of a handler are.
func (m *metrics) sized(name string, next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerResponseSize(m.size.MustCurryWith(prometheus.Labels{"handler": name}), next)
}

// countReceived counts alerts that have been read, whether valid or not.
func (m *metrics) countReceived(batch []*alert.Alert) {
	firing := 0
	for _, a := range batch {
		if a.EndsAt.After(a.UpdatedAt) {
			firing++
		}
	}
	m.firing.Add(float64(firing))
	m.resolved.Add(float64(len(batch) - firing))
}
