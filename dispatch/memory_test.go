package dispatch

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// texts are what a reported alert says besides its labels, each time in a copy of
// its own: the same for ten thousand alerts, or for none.
func texts(n int, shared bool) (annotations alert.Labels, origin string) {
	if shared {
		n /= 10_000
	}
	return alert.LabelsOf("summary", fmt.Sprintf("%06d %s", n, strings.Repeat("x", 239))),
		fmt.Sprintf("http://p/graph?%06d%s", n, strings.Repeat("x", 75))
}

// textSizes are what texts makes, as Go allocates it.
const (
	annotationSize = 256
	originSize     = 96
	labelSize      = 48
)

// remembered is a store and its dispatcher, which does not run.
type remembered struct {
	alerts *store.Alerts
	d      *Dispatcher
}

// remember takes in n alerts in batches, as they come.
func remember(tb testing.TB, n int, groupBy string, shared bool) remembered {
	tb.Helper()
	root := &Route{GroupBy: []string{groupBy}, GroupWait: time.Hour, GroupInterval: time.Hour}
	r := remembered{alerts: store.NewAlerts(store.Options{})}
	r.d = New(Options{Alerts: r.alerts, Root: root, Logger: log.NewNopLogger()})
	tb.Cleanup(r.d.stop)
	now := time.Now()
	const batch = 100
	for i := 0; i < n; i += batch {
		alerts := make([]*alert.Alert, batch)
		for j := range alerts {
			a := alert.New(alert.LabelsOf("id", fmt.Sprintf("%010d", i+j), "name", fmt.Sprintf("alert-name-%08d", (i+j)/50)))
			a.Annotations, a.GeneratorURL = texts(i+j, shared)
			a.StartsAt, a.EndsAt, a.UpdatedAt = now, now.Add(time.Hour), now
			alerts[j] = a
		}
		if err := r.alerts.Put(tb.Context(), alerts); err != nil {
			tb.Fatal(err)
		}
		r.d.ingest()
	}
	return r
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// weights are what an alert may take besides its own texts, in bytes.
var weights = map[string]struct {
	groupBy string
	shared  bool
	own     int // what its own texts take
	most    int // that it takes besides
}{
	"fifty in a group":             {"name", true, labelSize, 275},
	"fifty in a group, own texts":  {"name", false, labelSize + annotationSize + originSize, 275},
	"one in a group":               {"id", true, labelSize, 515},
	"one in a group and own texts": {"id", false, labelSize + annotationSize + originSize, 515},
}

// TestMemory wants an alert that is known and in its group to take what it takes
// now, so that growth is noticed.
func TestMemory(t *testing.T) {
	const n = 20_000
	for name, w := range weights {
		t.Run(name, func(t *testing.T) {
			before := liveHeap()
			r := remember(t, n, w.groupBy, w.shared)
			each := int(liveHeap()-before)/n - w.own
			if each > w.most || each < w.most*9/10 {
				t.Errorf("an alert takes %d bytes and its texts, want %d to %d", each, w.most*9/10, w.most)
			}
			runtime.KeepAlive(r)
		})
	}
}

// TestMemoryComesBack wants what a storm took to be free when its alerts are
// forgotten.
func TestMemoryComesBack(t *testing.T) {
	const n = 20_000
	for name, w := range weights {
		t.Run(name, func(t *testing.T) {
			before := liveHeap()
			r := remember(t, n, w.groupBy, w.shared)
			peak := liveHeap() - before
			for a := range r.alerts.All() {
				id := a.Fingerprint()
				for g := range r.d.places.of(id) {
					r.d.drop(g, id)
					if g.alerts.len() == 0 {
						r.d.remove(g)
					}
				}
			}
			if gone := r.alerts.GC(time.Now().Add(2 * time.Hour)); gone != n {
				t.Fatalf("%d alerts are forgotten, want %d", gone, n)
			}
			r.d.ingest()
			if left := liveHeap() - before; left > peak/50 {
				t.Errorf("%d bytes are left of %d", left, peak)
			}
			runtime.KeepAlive(r)
		})
	}
}

// BenchmarkMemory reports what an alert takes, with its texts.
func BenchmarkMemory(b *testing.B) {
	const n = 200_000
	for name, w := range weights {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := liveHeap()
				r := remember(b, n, w.groupBy, w.shared)
				b.ReportMetric(float64(liveHeap()-before)/n, "B/alert")
				runtime.KeepAlive(r)
			}
			b.ReportMetric(0, "ns/op") // building is not what is measured
		})
	}
}
