package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// report is an alert for a host as it comes at a time, in minutes after noon.
func report(host string, received, from, to int) *alert.Alert {
	minute := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	a := alert.New(alert.LabelsOf("alertname", "X", "host", host))
	a.UpdatedAt, a.StartsAt, a.EndsAt = minute(received), minute(from), minute(to)
	return a
}

// journal writes down what it is asked to do.
type journal struct {
	store.NoJournal
	mu  sync.Mutex
	log []string
	err error
}

func (j *journal) note(verb string, a *alert.Alert) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.log = append(j.log, fmt.Sprintf("%s %s until %s", verb, a.Labels.Get("host"), a.EndsAt.Format("15:04")))
}

func (j *journal) Put(a *alert.Alert)         { j.note("put", a) }
func (j *journal) Extend(a *alert.Alert)      { j.note("extend", a) }
func (j *journal) Delete(alert.Fingerprint)   { j.log = append(j.log, "delete") }
func (j *journal) Sync(context.Context) error { j.log = append(j.log, "sync"); return j.err }

func TestTheJournalHasEveryFactBeforeItIsAcknowledged(t *testing.T) {
	j := &journal{}
	s := store.NewAlerts(store.Options{Journal: j})
	annotated := report("a", 3, 0, 13)
	annotated.Annotations = alert.LabelsOf("summary", "new")
	resolved := report("a", 4, 0, 4)
	resolved.Annotations = annotated.Annotations
	again := report("a", 5, 5, 15)
	for _, batch := range [][]*alert.Alert{
		{report("a", 0, 0, 10), report("b", 0, 0, 10)},
		{report("a", 1, 0, 11), report("c", 1, 0, 11)},
		{annotated},
		{resolved},
		{again},
	} {
		if err := s.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	s.GC(noon.Add(14 * time.Minute))
	want := []string{
		"put a until 12:10", "put b until 12:10", "sync",
		"extend a until 12:11", "put c until 12:11", "sync",
		"put a until 12:13", "sync", // new annotations
		"put a until 12:04", "sync", // resolved
		"put a until 12:15", "sync", // fires again
		"delete", "delete",
	}
	if diff := cmp.Diff(want, j.log); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestAFailingJournalIsReportedAndTheAlertIsActedOn(t *testing.T) {
	full := errors.New("no space left on device")
	s := store.NewAlerts(store.Options{Journal: &journal{err: full}})
	w := s.Watch("test")
	if err := s.Put(t.Context(), []*alert.Alert{report("a", 0, 0, 10)}); !errors.Is(err, full) {
		t.Errorf("error %v, want the reason", err)
	}
	if len(w.Take()) != 1 || s.Len() != 1 {
		t.Error("the alert is not acted on")
	}
}

func TestGCSparesWhatIsHeldUntilTheRetentionIsOver(t *testing.T) {
	s := store.NewAlerts(store.Options{
		Retention: time.Hour,
		Held:      func(id alert.Fingerprint) bool { return id == report("a", 0, 0, 0).Fingerprint() },
	})
	if err := s.Put(t.Context(), []*alert.Alert{report("a", 0, 0, 1), report("b", 0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if n := s.GC(noon.Add(time.Hour)); n != 1 || s.Len() != 1 {
		t.Errorf("%d forgotten, %d left; want the one that is not held to go", n, s.Len())
	}
	if n := s.GC(noon.Add(time.Hour + time.Minute)); n != 1 || s.Len() != 0 {
		t.Errorf("%d forgotten, %d left; want the other to go after the retention", n, s.Len())
	}
}

// stored is a journal with alerts of an earlier life.
type stored struct {
	store.NoJournal
	alerts []*alert.Alert
	err    error
}

func (j stored) All() iter.Seq2[*alert.Alert, error] {
	return func(yield func(*alert.Alert, error) bool) {
		for _, a := range j.alerts {
			if !yield(a, nil) {
				return
			}
		}
		if j.err != nil {
			yield(nil, j.err)
		}
	}
}

func TestLoad(t *testing.T) {
	s := store.NewAlerts(store.Options{Journal: stored{alerts: []*alert.Alert{report("a", 0, 0, 10), report("b", 0, 0, 10)}}})
	if err := s.Load(noon, 0); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Watch("test").Take()); n != 2 {
		t.Errorf("a watcher sees %d alerts of before, want 2", n)
	}
	silent, ended := report("c", 0, 0, 10), report("d", 0, 0, 4)
	silent.Timeout, ended.Timeout = true, true
	s = store.NewAlerts(store.Options{Journal: stored{alerts: []*alert.Alert{silent, ended, report("e", 0, 0, 10)}}})
	if err := s.Load(noon.Add(time.Hour), 55*time.Minute); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"c": 65, "d": 4, "e": 10} {
		a, _ := s.Get(report(host, 0, 0, 0).Fingerprint())
		if got := a.EndsAt.Sub(noon); got != time.Duration(want)*time.Minute {
			t.Errorf("%s ends %s after noon, want %dm", host, got, want)
		}
	}
	torn := errors.New("checksum does not match")
	s = store.NewAlerts(store.Options{Journal: stored{err: torn}})
	if err := s.Load(noon, 0); !errors.Is(err, torn) {
		t.Errorf("error %v, want the reason", err)
	}
}

func TestGetAndAll(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	a, b := report("a", 0, 0, 10), report("b", 0, 0, 10)
	if err := s.Put(t.Context(), []*alert.Alert{a, b}); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.Get(a.Fingerprint()); !ok || got != a {
		t.Errorf("got %v %t, want the alert", got, ok)
	}
	if _, ok := s.Get(12345); ok {
		t.Error("an alert that was never put is there")
	}
	if n := len(slices.Collect(s.All())); n != 2 || s.Len() != 2 {
		t.Errorf("%d alerts, Len says %d; want 2", n, s.Len())
	}
	for range s.All() {
		break // must not yield after it was told to stop
	}
}

func TestMergeHappensOnPut(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	for _, a := range []*alert.Alert{report("a", 0, 0, 10), report("a", 1, 5, 8)} {
		if err := s.Put(t.Context(), []*alert.Alert{a}); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := s.Get(report("a", 0, 0, 0).Fingerprint())
	if want := report("a", 1, 0, 10); !got.StartsAt.Equal(want.StartsAt) || !got.EndsAt.Equal(want.EndsAt) {
		t.Errorf("from %s to %s, want %s to %s", got.StartsAt, got.EndsAt, want.StartsAt, want.EndsAt)
	}
}

func TestReceivedAtIsThatOfTheFirstReport(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	for _, c := range []struct {
		report *alert.Alert
		want   int // minutes after noon
	}{
		{report("a", 1, 0, 10), 1},
		{report("a", 2, 0, 12), 1},   // repeated
		{report("a", 3, 2, 5), 1},    // overlaps
		{report("a", 14, 0, 14), 14}, // it had ended
		{report("a", 20, 20, 30), 20},
	} {
		if err := s.Put(t.Context(), []*alert.Alert{c.report}); err != nil {
			t.Fatal(err)
		}
		got, _ := s.Get(c.report.Fingerprint())
		if want := noon.Add(time.Duration(c.want) * time.Minute); !got.ReceivedAt.Equal(want) {
			t.Errorf("after the report of %s: received at %s, want %s", c.report.UpdatedAt, got.ReceivedAt, want)
		}
	}
}

func TestWatcher(t *testing.T) {
	s := store.NewAlerts(store.Options{Metrics: store.NewMetrics(prometheus.NewRegistry(), false)})
	put := func(alerts ...*alert.Alert) {
		if err := s.Put(t.Context(), alerts); err != nil {
			t.Fatal(err)
		}
	}
	taken := func(w *store.Watcher) []string {
		var list []string
		for _, c := range w.Take() {
			if c.Alert == nil {
				list = append(list, "forgotten")
				continue
			}
			list = append(list, c.Alert.Labels.Get("host")+c.Alert.EndsAt.Format(" 15:04"))
		}
		return list
	}
	put(report("a", 0, 0, 10))
	w := s.Watch("test")
	put(report("b", 0, 0, 10), report("c", 0, 0, 10))
	put(report("b", 1, 0, 11))
	if !w.Pending() {
		t.Error("nothing is pending")
	}
	// Each alert once, as it is now, in the order of its first change.
	if diff := cmp.Diff([]string{"a 12:10", "b 12:11", "c 12:10"}, taken(w)); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if w.Pending() || w.Take() != nil {
		t.Error("something is pending after everything was taken")
	}
	s.GC(noon.Add(10 * time.Minute))
	if diff := cmp.Diff([]string{"forgotten", "forgotten"}, taken(w)); diff != "" {
		t.Errorf("taken after GC (-want +got):\n%s", diff)
	}
	w.Close()
	w.Close()
	put(report("d", 0, 0, 10))
	if w.Pending() {
		t.Error("a closed watcher goes on")
	}
}

func TestWakeComesOnceForMany(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	w := s.Watch("test")
	for i := range 10 {
		if err := s.Put(t.Context(), []*alert.Alert{report(strconv.Itoa(i), 0, 0, 10)}); err != nil {
			t.Fatal(err)
		}
	}
	<-w.Wake()
	select {
	case <-w.Wake():
		t.Error("woken twice with nothing taken between")
	default:
	}
}

// Whoever sees an alert of a batch in one watcher finds it pending in all.
func TestWatchersLearnOfABatchTogether(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	first, second := s.Watch("first"), s.Watch("second")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 2000 {
			_ = s.Put(context.Background(), []*alert.Alert{report(strconv.Itoa(i), 0, 0, 10)})
		}
	}()
	known := make(map[alert.Fingerprint]bool)
	for seen := 0; seen < 2000; {
		took := first.Take()
		for _, c := range second.Take() {
			known[c.Fingerprint] = true
		}
		for _, c := range took {
			if !known[c.Fingerprint] {
				t.Fatal("the second watcher does not know of an alert that the first has taken")
			}
		}
		seen += len(took)
	}
	<-done
}

func TestConcurrentPuts(t *testing.T) {
	s := store.NewAlerts(store.Options{})
	w := s.Watch("test")
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for i := range 500 {
				_ = s.Put(context.Background(), []*alert.Alert{report(strconv.Itoa(i), 0, 0, 10), report(strconv.Itoa(i), 1, 0, 11)})
			}
		})
	}
	writers.Wait()
	if n := s.Len(); n != 500 {
		t.Errorf("%d alerts, want 500", n)
	}
	if n := len(w.Take()); n != 500 {
		t.Errorf("a watcher holds %d changes, want one for each of 500 alerts", n)
	}
}

func TestRunForgetsResolved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewAlerts(store.Options{GCInterval: time.Minute})
		a := alert.New(alert.LabelsOf("a", "1"))
		a.StartsAt, a.UpdatedAt, a.EndsAt = time.Now(), time.Now(), time.Now().Add(90*time.Second)
		if err := s.Put(t.Context(), []*alert.Alert{a}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(119 * time.Second)
		if s.Len() != 1 {
			t.Error("forgotten before its turn")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if s.Len() != 0 {
			t.Error("not forgotten")
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func TestMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	s := store.NewAlerts(store.Options{Metrics: store.NewMetrics(r, false)})
	s.Watch("dispatcher")
	if err := s.Put(t.Context(), []*alert.Alert{report("a", 0, 0, 10), report("b", 0, 0, 10)}); err != nil {
		t.Fatal(err)
	}
	if n, err := testutil.GatherAndCount(r, "alertmanager_alerts_subscriber_channel_writes_total"); n != 1 || err != nil {
		t.Errorf("%d series, %v; want 1", n, err)
	}
}

func TestNowhere(t *testing.T) {
	var table store.Table[int] = store.Nowhere[int]{}
	table.Put("k", 1)
	table.Delete("k")
	if err := table.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if all, err := table.All(); len(all) > 0 || err != nil {
		t.Errorf("a table that keeps nothing has %v, %v", all, err)
	}
}

func BenchmarkPut(b *testing.B) {
	batch := func(received int) []*alert.Alert {
		alerts := make([]*alert.Alert, 64)
		for i := range alerts {
			alerts[i] = report(strconv.Itoa(i), received, 0, received+5)
		}
		return alerts
	}
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			s, alerts := store.NewAlerts(store.Options{}), batch(0)
			b.StartTimer()
			_ = s.Put(b.Context(), alerts)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*64), "ns/alert")
	})
	b.Run("repeated", func(b *testing.B) {
		s, n := store.NewAlerts(store.Options{}), 0
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			n++
			alerts := batch(n)
			b.StartTimer()
			_ = s.Put(b.Context(), alerts)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*64), "ns/alert")
	})
}
