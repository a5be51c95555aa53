package silence

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	gcDuration       prometheus.Summary
	maintenances     prometheus.Counter
	queries          prometheus.Counter
	queryDuration    prometheus.Histogram
	scanned, skipped prometheus.Counter
}

func newMetrics(r prometheus.Registerer, s *Silences) *metrics {
	with := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return with.NewCounter(prometheus.CounterOpts{Name: "alertmanager_silences_" + name, Help: help})
	}
	m := &metrics{
		gcDuration: with.NewSummary(prometheus.SummaryOpts{
			Name: "alertmanager_silences_gc_duration_seconds",
			Help: "Duration of the last garbage collections of silences.",
		}),
		maintenances: counter("maintenance_total", "Number of maintenance runs for silences."),
		queries:      counter("queries_total", "Number of queries for silences."),
		queryDuration: with.NewHistogram(prometheus.HistogramOpts{
			Name:                            "alertmanager_silences_query_duration_seconds",
			Help:                            "Duration of queries for silences.",
			Buckets:                         prometheus.DefBuckets,
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}),
		scanned: counter("query_silences_scanned_total", "Number of matching silences that queries looked at."),
		skipped: counter("query_silences_skipped_total", "Number of matching silences that were not active."),
	}
	// Queries are answered from memory and cannot fail. What is forgotten is only
	// entered into the table, which sees to it by itself.
	counter("query_errors_total", "Number of queries for silences that failed.")
	counter("gc_errors_total", "Number of garbage collections of silences that failed.")
	counter("maintenance_errors_total", "Number of maintenance runs for silences that failed.")
	unmoved(with)
	registerGauges(r, s)
	return m
}

// unmoved makes the metrics that dashboards know and that cannot move here: there
// are no snapshots, and matchers that do not compile are
// refused before they are stored.
func unmoved(with promauto.Factory) {
	with.NewSummary(prometheus.SummaryOpts{
		Name: "alertmanager_silences_snapshot_duration_seconds",
		Help: "Duration of the last snapshots of silences.",
	})
	gauge := func(name, help string) {
		with.NewGauge(prometheus.GaugeOpts{Name: "alertmanager_silences_" + name, Help: help})
	}
	gauge("snapshot_size_bytes", "Size of the last snapshot of silences in bytes.")
	gauge("version_index_size", "Number of entries in the index of versions.")
	errs := with.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_silences_matcher_compile_errors_total",
		Help: "Number of silences whose matchers did not compile.",
	}, []string{"stage"})
	for _, stage := range []string{"index", "load_snapshot"} {
		errs.WithLabelValues(stage)
	}
}

func registerGauges(r prometheus.Registerer, s *Silences) {
	if r == nil {
		return
	}
	r.MustRegister(
		stateCollector{s, prometheus.NewDesc("alertmanager_silences", "Number of silences by state.", []string{"state"}, nil)},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "alertmanager_silences_state_size",
			Help: "Number of silences that are kept.",
		}, func() float64 { return float64(s.count(func() int { return len(s.byID) })) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "alertmanager_silences_matcher_index_size",
			Help: "Number of silences in the index of matchers.",
		}, func() float64 { return float64(s.count(s.index.Len)) }),
	)
}

func (s *Silences) count(of func() int) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return of()
}

func (m *metrics) query(start time.Time) {
	m.queries.Inc()
	m.queryDuration.Observe(time.Since(start).Seconds())
}

func (m *metrics) maintained(took time.Duration) {
	m.gcDuration.Observe(took.Seconds())
	m.maintenances.Inc()
}

// stateCollector counts the silences when it is asked, since their states
// change by the passing of time alone.
type stateCollector struct {
	silences *Silences
	desc     *prometheus.Desc
}

func (c stateCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

func (c stateCollector) Collect(out chan<- prometheus.Metric) {
	now := time.Now()
	counts := map[State]int{Active: 0, Expired: 0, Pending: 0}
	c.silences.mu.RLock()
	for _, f := range c.silences.byID {
		counts[f.silence.StateAt(now)]++
	}
	c.silences.mu.RUnlock()
	for state, n := range counts {
		out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), string(state))
	}
}
