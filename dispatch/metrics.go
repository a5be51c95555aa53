package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/tocsin-alerting/tocsin/alert"
)

type metrics struct {
	processing prometheus.Observer
	lag        prometheus.Observer
	givenUp    prometheus.Counter
}

func newMetrics(o Options, d *Dispatcher) metrics {
	auto := promauto.With(o.Registerer)
	auto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "alertmanager_dispatcher_aggregation_groups",
		Help: "Number of active aggregation groups.",
	}, func() float64 {
		d.mu.Lock()
		defer d.mu.Unlock()
		return float64(len(d.groups))
	})
	auto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tocsin_oldest_undelivered_seconds",
		Help: "Time since the tick of a group whose notification has been on its way for longest; 0 if none is.",
	}, func() float64 { return d.oldestUndelivered(time.Now()).Seconds() })
	// Groups have no limit, and making one cannot fail.
	for name, help := range map[string]string{
		"limit_reached_total":     "Number of times when dispatcher failed to create new aggregation group due to limit.",
		"creation_retries_total":  "Number of times when creating an aggregation group was tried again.",
		"creation_given_up_total": "Number of times when creating an aggregation group was given up.",
	} {
		auto.NewCounter(prometheus.CounterOpts{Name: "alertmanager_dispatcher_aggregation_group_" + name, Help: help})
	}
	if o.Registerer != nil {
		o.Registerer.MustRegister(newStateCollector(d, o.GroupKeysInMetrics))
	}
	return metrics{
		processing: auto.NewSummary(prometheus.SummaryOpts{
			Name: "alertmanager_dispatcher_alert_processing_duration_seconds",
			Help: "Summary of latencies for the processing of alerts.",
		}),
		givenUp: auto.NewCounter(prometheus.CounterOpts{
			Name: "tocsin_resolves_given_up_total",
			Help: "Number of alerts of whose end somebody could not be told within the retention.",
		}),
		lag: auto.NewHistogram(prometheus.HistogramOpts{
			Name:    "tocsin_flush_lag_seconds",
			Help:    "Time from the tick of a group to the moment when a worker took it up.",
			Buckets: prometheus.DefBuckets,
		}),
	}
}

// oldestUndelivered is how long ago the tick was that has not been dealt with for
// longest.
func (d *Dispatcher) oldestUndelivered(now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	oldest := now
	for _, g := range d.groups {
		if since := g.outbox.Since(); !since.IsZero() && since.Before(oldest) {
			oldest = since
		}
	}
	return now.Sub(oldest)
}

// stateCollector counts alerts by what became of them the last time their
// groups spoke.
type stateCollector struct {
	d       *Dispatcher
	byGroup bool
	desc    *prometheus.Desc
}

func newStateCollector(d *Dispatcher, byGroup bool) *stateCollector {
	labels := []string{"state"}
	if byGroup {
		labels = append(labels, "group_key")
	}
	return &stateCollector{
		d: d, byGroup: byGroup,
		desc: prometheus.NewDesc("alertmanager_alerts", "How many alerts by state.", labels, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *stateCollector) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect implements prometheus.Collector.
func (c *stateCollector) Collect(ch chan<- prometheus.Metric) {
	now := time.Now()
	if !c.byGroup {
		c.send(ch, c.d.outcomes(now))
		return
	}
	for key, counts := range c.d.outcomesByGroup(now) {
		c.send(ch, counts, key)
	}
}

func (c *stateCollector) send(ch chan<- prometheus.Metric, counts [outcomes]int, labels ...string) {
	for o, name := range [outcomes]string{active: "active", suppressed: "suppressed", unprocessed: "unprocessed"} {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(counts[o]), append([]string{name}, labels...)...)
	}
}

// outcomes counts the alerts that fire at now. An alert in several groups counts
// once, with the highest outcome.
func (d *Dispatcher) outcomes(now time.Time) (counts [outcomes]int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	best := make(map[alert.Fingerprint]outcome, d.places.len())
	for _, g := range d.groups {
		for m := range g.alerts.all() {
			if m.alert.ResolvedAt(now) {
				continue
			}
			id := m.alert.Fingerprint()
			if old, seen := best[id]; !seen || m.outcome > old {
				best[id] = m.outcome
			}
		}
	}
	for _, o := range best {
		counts[o]++
	}
	return counts
}

// outcomesByGroup counts the alerts that fire at now for each group key.
func (d *Dispatcher) outcomesByGroup(now time.Time) map[string][outcomes]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make(map[string][outcomes]int, len(d.groups))
	for _, g := range d.groups {
		key := g.route.group(g.labels).Key
		counts := all[key]
		for m := range g.alerts.all() {
			if !m.alert.ResolvedAt(now) {
				counts[m.outcome]++
			}
		}
		all[key] = counts
	}
	return all
}
