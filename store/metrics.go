package store

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics counts what the store does.
type Metrics struct {
	published *prometheus.CounterVec
}

// NewMetrics registers the metrics; a nil registerer leaves them unregistered.
func NewMetrics(r prometheus.Registerer) *Metrics {
	return &Metrics{
		published: promauto.With(r).NewCounterVec(prometheus.CounterOpts{
			Name: "alertmanager_alerts_subscriber_channel_writes_total",
			Help: "Number of alert changes that were published to a subscriber.",
		}, []string{"subscriber"}),
	}
}
