package notify

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics counts what is told. The names are those that dashboards for
// Alertmanager use.
type Metrics struct {
	byReceiver bool

	// These have the label integration and, if asked for, receiver_name.
	notifications  *prometheus.CounterVec
	failed         *prometheus.CounterVec // and reason
	requests       *prometheus.CounterVec
	requestsFailed *prometheus.CounterVec
	latency        *prometheus.HistogramVec

	suppressed *prometheus.CounterVec
	templates  *prometheus.CounterVec
	omitted    *prometheus.CounterVec
	delay      prometheus.Histogram

	log logMetrics
}

// NewMetrics registers the metrics; a nil registerer leaves them unregistered.
// byReceiver tells the receivers apart, at the cost of a series for each.
func NewMetrics(r prometheus.Registerer, byReceiver bool) *Metrics {
	auto := promauto.With(r)
	labels := []string{"integration"}
	if byReceiver {
		labels = append(labels, "receiver_name")
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return auto.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		byReceiver: byReceiver,
		notifications: counters("alertmanager_notifications_total",
			"The total number of attempted notifications.", labels...),
		failed: counters("alertmanager_notifications_failed_total",
			"The total number of failed notifications.", append(labels, "reason")...),
		requests: counters("alertmanager_notification_requests_total",
			"The total number of attempted notification requests.", labels...),
		requestsFailed: counters("alertmanager_notification_requests_failed_total",
			"The total number of failed notification requests.", labels...),
		latency: auto.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            "alertmanager_notification_latency_seconds",
			Help:                            "The latency of notifications in seconds.",
			Buckets:                         []float64{1, 5, 10, 15, 20},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, labels),
		suppressed: counters("alertmanager_notifications_suppressed_total",
			"The total number of notifications suppressed for being silenced, inhibited, outside of active time intervals or within muted time intervals.", "reason"),
		templates: counters("tocsin_template_failures_total",
			"Texts that were replaced by a plain one because their template failed.", "integration"),
		omitted: counters("tocsin_notification_alerts_left_out_total",
			"Alerts that an integration did not hand on, on purpose.", "reason"),
		delay: auto.NewHistogram(prometheus.HistogramOpts{
			Name:                            "tocsin_alert_delivery_delay_seconds",
			Help:                            "Time from the first report of an alert to its first successful delivery, group_wait included.",
			Buckets:                         []float64{1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}),
		log: newLogMetrics(r),
	}
	m.prepareOmissions()
	return m
}

// values are those of the labels of an integration.
func (m *Metrics) values(in *Integration, more ...string) []string {
	values := []string{in.Kind}
	if m.byReceiver {
		values = append(values, in.Receiver)
	}
	return append(values, more...)
}

// Prepare creates the series of every kind there is, so that they exist before
// the first notification. It does nothing if receivers are told apart.
func (m *Metrics) Prepare(kinds []Kind) {
	if m.byReceiver {
		return
	}
	for _, kind := range kinds {
		m.prepare(&Integration{Kind: kind.Name})
	}
}

// PrepareReceivers starts over with the series of the receivers that are in use,
// if receivers are told apart.
func (m *Metrics) PrepareReceivers(receivers []Receiver) {
	if !m.byReceiver {
		return
	}
	for _, vec := range []interface{ Reset() }{m.notifications, m.failed, m.requests, m.requestsFailed, m.latency} {
		vec.Reset()
	}
	for _, r := range receivers {
		for _, in := range r.Integrations {
			m.prepare(in)
		}
	}
}

func (m *Metrics) prepare(in *Integration) {
	m.notifications.WithLabelValues(m.values(in)...)
	m.requests.WithLabelValues(m.values(in)...)
	m.requestsFailed.WithLabelValues(m.values(in)...)
	m.latency.WithLabelValues(m.values(in)...)
	for _, reason := range failureReasons() {
		m.failed.WithLabelValues(m.values(in, reason)...)
	}
}

// attempted counts one attempt to send.
func (m *Metrics) attempted(in *Integration, took time.Duration, err error) {
	m.requests.WithLabelValues(m.values(in)...).Inc()
	m.latency.WithLabelValues(m.values(in)...).Observe(took.Seconds())
	if err != nil {
		m.requestsFailed.WithLabelValues(m.values(in)...).Inc()
	}
}

// delivered observes how long the alerts have waited that are told as firing for
// the first time.
func (m *Metrics) delivered(f Flush, last *Entry, now time.Time) {
	for _, a := range f.Alerts {
		if !a.ResolvedAt(f.Now) && !a.ReceivedAt.IsZero() && (last == nil || !contains(last.Firing, hashAlert(a))) {
			m.delay.Observe(now.Sub(a.ReceivedAt).Seconds())
		}
	}
}

// logMetrics counts what the notification log does.
type logMetrics struct {
	queries, misses prometheus.Counter
	queryTime       prometheus.Observer
	maintenance     prometheus.Counter
	gcTime          prometheus.Observer
}

func newLogMetrics(r prometheus.Registerer) logMetrics {
	auto := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return auto.NewCounter(prometheus.CounterOpts{Name: "alertmanager_nflog_" + name, Help: help})
	}
	summary := func(name, help string) prometheus.Observer {
		return auto.NewSummary(prometheus.SummaryOpts{Name: "alertmanager_nflog_" + name, Help: help})
	}
	// Without snapshots these stay what they are, and maintenance cannot fail.
	counter("maintenance_errors_total", "How many maintenances of the notification log failed.")
	summary("snapshot_duration_seconds", "Duration of the last notification log snapshot.")
	auto.NewGauge(prometheus.GaugeOpts{
		Name: "alertmanager_nflog_snapshot_size_bytes", Help: "Size of the last notification log snapshot in bytes.",
	})
	return logMetrics{
		queries: counter("queries_total", "Number of notification log queries that were received."),
		misses:  counter("query_errors_total", "Number of notification log queries that found no entry."),
		queryTime: auto.NewHistogram(prometheus.HistogramOpts{
			Name:                            "alertmanager_nflog_query_duration_seconds",
			Help:                            "Duration of notification log query evaluation.",
			Buckets:                         prometheus.DefBuckets,
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}),
		maintenance: counter("maintenance_total", "How many maintenances were executed for the notification log."),
		gcTime:      summary("gc_duration_seconds", "Duration of the last notification log garbage collection cycle."),
	}
}
