package store

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics counts what the store does.
type Metrics struct {
	published *prometheus.CounterVec
	limit     prometheus.Gauge
	limited   *prometheus.CounterVec
	byName    bool
}

// NewMetrics registers the metrics; a nil registerer leaves them unregistered.
// byName tells alerts that were dropped apart by their name.
func NewMetrics(r prometheus.Registerer, byName bool) *Metrics {
	auto := promauto.With(r)
	m := &Metrics{
		published: auto.NewCounterVec(prometheus.CounterOpts{
			Name: "alertmanager_alerts_subscriber_channel_writes_total",
			Help: "Number of alert changes that were published to a subscriber.",
		}, []string{"subscriber"}),
		limit: auto.NewGauge(prometheus.GaugeOpts{
			Name: "alertmanager_alerts_per_alert_limit",
			Help: "Limit of alerts with the same name, 0 for none.",
		}),
		byName: byName,
	}
	var labels []string
	if byName {
		labels = []string{"alertname"}
	}
	m.limited = auto.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_alerts_limited_total",
		Help: "Number of alerts that were dropped because there were too many of their name.",
	}, labels)
	return m
}

// dropped counts an alert for which there was no place.
func (m *Metrics) dropped(name string) {
	if m.byName {
		m.limited.WithLabelValues(name).Inc()
		return
	}
	m.limited.WithLabelValues().Inc()
}
