package daemon

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/tocsin-alerting/tocsin/cluster"
)

// countPropagated counts the gossip of others that was passed on; a replica that
// is alone has none. It is not looked at before the states are shared.
func (r *replicas) countPropagated(to prometheus.Registerer) {
	count := func(name, help string, channel func() *cluster.Channel) {
		promauto.With(to).NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 {
			if r == nil || channel() == nil {
				return 0
			}
			return float64(channel().Propagated())
		})
	}
	count("alertmanager_nflog_gossip_messages_propagated_total", "Number of received gossip messages that have been further gossiped.",
		func() *cluster.Channel { return r.log })
	count("alertmanager_silences_gossip_messages_propagated_total", "Number of received gossip messages about silences that have been further gossiped.",
		func() *cluster.Channel { return r.silences })
}
