package silence

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// TestVerdictsAgainstScan asks about the same alerts time and again, while people and
// another replica change the silences and time passes, and compares with a scan.
func TestVerdictsAgainstScan(t *testing.T) {
	for range 3 {
		seed := uint64(time.Now().UnixNano())
		w := &wild{r: rand.New(rand.NewPCG(seed, 0))}
		synctest.Test(t, func(t *testing.T) {
			w.run(t, seed)
		})
		if w.muted < 500 || w.loud < 100 {
			t.Errorf("seed %d: only %d muted and %d loud", seed, w.muted, w.loud)
		}
	}
}

// wild is two replicas to which things happen at random.
type wild struct {
	r           *rand.Rand
	ours, other *Silences
	alerts      []*alert.Alert
	cleaned     time.Time
	muted, loud int
}

func (w *wild) run(t *testing.T, seed uint64) {
	o := Options{Retention: 30 * time.Minute}
	w.ours, w.other = New(o), New(o)
	for range 15 {
		w.alerts = append(w.alerts, alert.New(randomLabels(w.r)))
	}
	for step := range 600 {
		w.happens(t)
		time.Sleep(time.Duration(w.r.IntN(100)) * time.Second)
		for _, a := range w.alerts {
			if w.r.IntN(2) == 0 { // so that some verdicts are older
				continue
			}
			at := time.Now().Add(-time.Duration(w.r.IntN(2)) * time.Second)
			if at.Before(w.cleaned) { // what was over by then is not known any more
				at = w.cleaned
			}
			want := w.scan(a, at)
			if diff := cmp.Diff(want, w.ours.MutedBy(a, at)); diff != "" {
				t.Fatalf("seed %d, step %d, %s (-want +got):\n%s", seed, step, a.Labels, diff)
			}
			if len(want) > 0 {
				w.muted++
			} else {
				w.loud++
			}
		}
	}
}

func (w *wild) scan(a *alert.Alert, at time.Time) (ids []string) {
	for _, sil := range w.ours.All() {
		if sil.StateAt(at) == Active && sil.Matchers.Match(a.Labels) {
			ids = append(ids, sil.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func (w *wild) happens(t *testing.T) {
	switch w.r.IntN(9) {
	case 0, 1:
		w.set(t, w.ours)
	case 2:
		w.set(t, w.other)
	case 3:
		w.expire(t, w.ours)
	case 4:
		w.expire(t, w.other)
	case 5:
		for i := range digests {
			if err := w.ours.Merge(slices.Collect(w.other.Shard(i))); err != nil {
				t.Fatal(err)
			}
		}
	case 6:
		w.merge(t)
	case 7:
		for range w.r.IntN(2) * 2 * remembered { // more than is remembered
			w.ours.mu.Lock()
			w.ours.changed(change{})
			w.ours.mu.Unlock()
		}
	case 8:
		w.cleaned = present()
		w.ours.gc(w.cleaned)
	}
}

func (w *wild) pick(s *Silences) (string, bool) {
	all := s.All()
	if len(all) == 0 {
		return "", false
	}
	return all[w.r.IntN(len(all))].ID, true
}

// silence is one that does not match all alerts.
func (w *wild) silence(t *testing.T) Silence {
	sil := randomSilence(t, w.r)
	sil.Matchers = append(sil.Matchers, equals(t, []string{"a", "b", "c"}[w.r.IntN(3)], []string{"1", "2"}[w.r.IntN(2)])...)
	return sil
}

func (w *wild) set(t *testing.T, s *Silences) {
	sil := w.silence(t)
	if w.r.IntN(2) == 0 {
		sil.ID, _ = w.pick(s)
	}
	mustSet(t, s, sil)
}

func (w *wild) expire(t *testing.T, s *Silences) {
	if id, ok := w.pick(s); ok {
		if err := s.Expire(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

// merge takes in a silence that has other matchers under its id than here, and one that
// is in force again: no replica does that, and yet what counts is what is stored.
func (w *wild) merge(t *testing.T) {
	id, ok := w.pick(w.ours)
	if !ok {
		return
	}
	sil := w.silence(t).clone()
	sil.ID, sil.UpdatedAt = id, present().Add(time.Second)
	if err := w.ours.Merge([][]byte{w.ours.Record(sil)}); err != nil {
		t.Fatal(err)
	}
}

// TestVerdictsAfterComingBack lets another replica know more of a silence that was
// forgotten here: what is remembered of the old one must not hide the new one.
func TestVerdictsAfterComingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		id := mustSet(t, s, running(t))
		longer := running(t) // so that not everything is forgotten
		longer.Matchers, longer.EndsAt = equals(t, "b", "2"), longer.EndsAt.Add(24*time.Hour)
		mustSet(t, s, longer)
		later := *mustGet(t, s, id)
		a := alert.New(alert.LabelsOf("a", "1"))
		ask := func(want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, s.MutedBy(a, time.Now())); diff != "" {
				t.Error(diff)
			}
		}
		ask(id)
		time.Sleep(time.Until(later.EndsAt))
		s.gc(present())
		if _, known := s.Get(id); known {
			t.Fatal("it has not been forgotten")
		}
		later.UpdatedAt, later.EndsAt = present(), present().Add(time.Hour)
		if err := s.Merge([][]byte{s.Record(&later)}); err != nil {
			t.Fatal(err)
		}
		ask(id)
		ask(id)
		time.Sleep(time.Hour)
		ask()
	})
}
