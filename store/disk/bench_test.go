package disk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

const batchSize, writers = 64, 4

// newAlerts is a batch of alerts of some 600 bytes that are all new.
func newAlerts(serial int64) []*alert.Alert {
	now := time.Now()
	batch := make([]*alert.Alert, batchSize)
	for i := range batch {
		a := alert.New(alert.LabelsOf("alertname", "HighLatency", "cluster", "eu-1", "instance", fmt.Sprintf("host-%d-%d:9100", serial, i),
			"job", "node", "namespace", "production", "severity", "critical", "team", "storage"))
		a.Annotations = alert.LabelsOf("description", strings.Repeat("The 99th percentile is above the limit. ", 8), "summary", "Latency is high")
		a.GeneratorURL = "http://prometheus.example:9090/graph?g0.expr=latency"
		a.StartsAt, a.UpdatedAt, a.EndsAt = now, now, now.Add(time.Hour)
		batch[i] = a
	}
	return batch
}

// BenchmarkIngest compares alerts that are durable before they are acknowledged
// with a file to which the same bytes are appended, each batch with an fsync of
// its own, by as many writers at the same time.
func BenchmarkIngest(b *testing.B) {
	size := 0
	for _, a := range newAlerts(0) {
		size += a.Labels.Size() + a.Annotations.Size() + len(a.GeneratorURL) + 30
	}
	b.Run("bare", func(b *testing.B) {
		file, err := os.Create(filepath.Join(b.TempDir(), "log"))
		if err != nil {
			b.Fatal(err)
		}
		defer file.Close()
		line := make([]byte, size)
		inParallel(b, func(int64) error {
			if _, err := file.Write(line); err != nil {
				return err
			}
			return file.Sync()
		})
	})
	b.Run("tocsin", func(b *testing.B) {
		db, err := disk.Open(disk.Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		running := run(b, db)
		alerts := store.NewAlerts(store.Options{Journal: db.Journal()})
		batches := make([][]*alert.Alert, b.N+1)
		for i := range batches {
			batches[i] = newAlerts(int64(i))
		}
		inParallel(b, func(serial int64) error { return alerts.Put(context.Background(), batches[serial]) })
		b.StopTimer()
		if err := running.stop(); err != nil {
			b.Fatal(err)
		}
	})
}

// inParallel calls write b.N times from a few goroutines.
func inParallel(b *testing.B, write func(serial int64) error) {
	var serial atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range writers {
		all.Go(func() {
			for n := serial.Add(1); n <= int64(b.N); n = serial.Add(1) {
				if err := write(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N*batchSize)/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkLoad is the start with 100,000 alerts.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	db, err := disk.Open(disk.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	running := run(b, db)
	alerts := store.NewAlerts(store.Options{Journal: db.Journal()})
	for serial := range int64(100_000 / batchSize) {
		if err := alerts.Put(b.Context(), newAlerts(serial)); err != nil {
			b.Fatal(err)
		}
	}
	if err := running.stop(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		db, err := disk.Open(disk.Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		alerts := store.NewAlerts(store.Options{Journal: db.Journal()})
		if err := alerts.Load(time.Now(), 0); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(alerts.Len()), "alerts")
		b.StopTimer()
		if err := run(b, db).stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
