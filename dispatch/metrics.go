package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/tocsin-alerting/tocsin/alert"
)

type metrics struct {
	processing prometheus.Observer
}

func newMetrics(r prometheus.Registerer, d *Dispatcher) metrics {
	auto := promauto.With(r)
	auto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "alertmanager_dispatcher_aggregation_groups",
		Help: "Number of active aggregation groups.",
	}, func() float64 {
		d.mu.Lock()
		defer d.mu.Unlock()
		return float64(len(d.groups))
	})
	if r != nil {
		r.MustRegister(&stateCollector{d: d, desc: prometheus.NewDesc("alertmanager_alerts",
			"How many alerts by state.", []string{"state"}, nil)})
	}
	return metrics{
		processing: auto.NewSummary(prometheus.SummaryOpts{
			Name: "alertmanager_dispatcher_alert_processing_duration_seconds",
			Help: "Summary of latencies for the processing of alerts.",
		}),
	}
}

// stateCollector counts alerts by what became of them the last time their
// groups spoke.
type stateCollector struct {
	d    *Dispatcher
	desc *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *stateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector.
func (c *stateCollector) Collect(ch chan<- prometheus.Metric) {
	counts := c.d.outcomes(time.Now())
	for state, name := range map[outcome]string{active: "active", suppressed: "suppressed", unprocessed: "unprocessed"} {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(counts[state]), name)
	}
}

// outcomes counts the alerts that fire at now. An alert in several groups counts
// once, with the highest outcome.
func (d *Dispatcher) outcomes(now time.Time) map[outcome]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	best := make(map[alert.Fingerprint]outcome, len(d.places))
	for _, g := range d.groups {
		for id, m := range g.alerts {
			if m.alert.ResolvedAt(now) {
				continue
			}
			if old, seen := best[id]; !seen || m.outcome > old {
				best[id] = m.outcome
			}
		}
	}
	counts := make(map[outcome]int)
	for _, o := range best {
		counts[o]++
	}
	return counts
}
