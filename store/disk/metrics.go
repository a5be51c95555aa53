package disk

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	duration prometheus.Histogram
	records  prometheus.Counter
	failures prometheus.Counter
	salvages prometheus.Counter
}

func newMetrics(r prometheus.Registerer, db *DB) metrics {
	f := promauto.With(r)
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tocsin_storage_available",
		Help: "Whether what is reported can be made durable: 1, or 0 while nothing is acknowledged.",
	}, func() float64 {
		if db.Err() != nil {
			return 0
		}
		return 1
	})
	return metrics{
		duration: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "tocsin_storage_write_duration_seconds",
			Help:    "How long it took to write a group of changes, the sync included.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		records: f.NewCounter(prometheus.CounterOpts{
			Name: "tocsin_storage_records_written_total",
			Help: "Number of records written or deleted.",
		}),
		failures: f.NewCounter(prometheus.CounterOpts{
			Name: "tocsin_storage_write_failures_total",
			Help: "Number of times that writing failed and the database was opened anew.",
		}),
		salvages: f.NewCounter(prometheus.CounterOpts{
			Name: "tocsin_storage_salvages_total",
			Help: "Number of times that the database was damaged, and one with what could be read of it took its place.",
		}),
	}
}

func (m metrics) wrote(g *group, took time.Duration, err error) {
	if err != nil {
		return // a failure counts when the database is given up
	}
	m.duration.Observe(took.Seconds())
	m.records.Add(float64(g.count))
}
