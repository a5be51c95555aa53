package notify

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics counts what is told. The names are those that dashboards for
// Alertmanager use.
type Metrics struct {
	notifications  *prometheus.CounterVec
	failed         *prometheus.CounterVec
	requests       *prometheus.CounterVec
	requestsFailed *prometheus.CounterVec
	latency        *prometheus.HistogramVec
	suppressed     *prometheus.CounterVec
	templates      *prometheus.CounterVec

	logQueries, logMisses                prometheus.Counter
	logMaintenance, logMaintenanceErrors prometheus.Counter
	logGC                                prometheus.Observer
}

// NewMetrics registers the metrics; a nil registerer leaves them unregistered.
func NewMetrics(r prometheus.Registerer) *Metrics {
	auto := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return auto.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return auto.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &Metrics{
		notifications: counters("alertmanager_notifications_total",
			"The total number of attempted notifications.", "integration"),
		failed: counters("alertmanager_notifications_failed_total",
			"The total number of failed notifications.", "integration", "reason"),
		requests: counters("alertmanager_notification_requests_total",
			"The total number of attempted notification requests.", "integration"),
		requestsFailed: counters("alertmanager_notification_requests_failed_total",
			"The total number of failed notification requests.", "integration"),
		latency: auto.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            "alertmanager_notification_latency_seconds",
			Help:                            "The latency of notifications in seconds.",
			Buckets:                         []float64{1, 5, 10, 15, 20},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"integration"}),
		suppressed: counters("alertmanager_notifications_suppressed_total",
			"The total number of notifications suppressed for being silenced, inhibited, outside of active time intervals or within muted time intervals.", "reason"),
		templates: counters("tocsin_template_failures_total",
			"The total number of texts that were replaced by a plain fallback because their template failed.", "integration"),
		logQueries: counter("alertmanager_nflog_queries_total",
			"Number of notification log queries that were received."),
		logMisses: counter("alertmanager_nflog_query_errors_total",
			"Number of notification log queries that found no entry."),
		logMaintenance: counter("alertmanager_nflog_maintenance_total",
			"How many maintenances were executed for the notification log."),
		logMaintenanceErrors: counter("alertmanager_nflog_maintenance_errors_total",
			"How many maintenances of the notification log failed."),
		logGC: auto.NewSummary(prometheus.SummaryOpts{
			Name: "alertmanager_nflog_gc_duration_seconds",
			Help: "Duration of the last notification log garbage collection cycle.",
		}),
	}
}

// Prepare creates the series of a kind of integration, so that they exist
// before the first notification.
func (m *Metrics) Prepare(kind string) {
	m.notifications.WithLabelValues(kind)
	m.requests.WithLabelValues(kind)
	m.requestsFailed.WithLabelValues(kind)
	m.latency.WithLabelValues(kind)
	for _, reason := range failureReasons() {
		m.failed.WithLabelValues(kind, reason)
	}
}

// attempted counts one attempt to send.
func (m *Metrics) attempted(kind string, took time.Duration, err error) {
	m.requests.WithLabelValues(kind).Inc()
	m.latency.WithLabelValues(kind).Observe(took.Seconds())
	if err != nil {
		m.requestsFailed.WithLabelValues(kind).Inc()
	}
}
