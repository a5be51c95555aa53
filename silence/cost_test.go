package silence

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// cost is how many questions to matchers a look at an alert takes, on average.
type cost struct{ matched, cold, warm, another float64 }

// costOf looks at a crowd with n silences: for the first time, once more, and after one
// more silence.
func costOf(t *testing.T, by sort, n int) cost {
	t.Helper()
	var c cost
	synctest.Test(t, func(t *testing.T) {
		var questions atomic.Int64
		counted := sort{by.name, func(t testing.TB, i int) alert.Matchers {
			ms := by.matchers(t, i)
			ms.CountIn(&questions)
			return ms
		}, 0}
		alerts := crowd(500)
		s := silenced(t, counted, n)
		ask := func() (found, asked float64) {
			before := questions.Load()
			for _, a := range alerts {
				found += float64(len(s.MutedBy(a, time.Now())))
			}
			return found / float64(len(alerts)), float64(questions.Load()-before) / float64(len(alerts))
		}
		c.matched, c.cold = ask()
		_, c.warm = ask()
		mustSet(t, s, Silence{Matchers: counted.matchers(t, n/2), EndsAt: time.Now().Add(time.Hour)})
		_, c.another = ask()
	})
	return c
}

// What a look costs grows with the silences that match the alert, and not with those that
// exist.
func TestCost(t *testing.T) {
	for _, by := range append(sorts(), mixed()) {
		t.Run(by.name, func(t *testing.T) {
			few, many := costOf(t, by, 300), costOf(t, by, 3000)
			t.Logf("few %+v, many %+v", few, many)
			if limit := by.slack + 4*many.matched; many.cold > limit {
				t.Errorf("%.1f questions for %.1f silences that match, want %.1f at most", many.cold, many.matched, limit)
			}
			if many.warm > many.cold/50 { // a few verdicts find no room
				t.Errorf("%.2f questions if nothing has changed", many.warm)
			}
			if many.another > 2 {
				t.Errorf("%.2f questions after one more silence", many.another)
			}
		})
	}
}

// TestVerdictsAreSmall weighs what is remembered of alerts that no silence matches.
func TestVerdictsAreSmall(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const n = 50_000
	alerts := crowd(n)
	ask := func(s *Silences) {
		for _, a := range alerts {
			s.MutedBy(a, time.Now())
		}
	}
	for _, tt := range []struct {
		silences int
		most     float64 // bytes for each alert
	}{{0, 0.1}, {1, 17}} {
		s := New(Options{})
		for range tt.silences {
			mustSet(t, s, running(t))
		}
		ask(s)
		before := heap()
		s.verdicts.clear()
		after := heap()
		runtime.KeepAlive(s)
		if per := float64(int64(before)-int64(after)) / n; per > tt.most {
			t.Errorf("with %d silences, %.1f bytes for each alert, want %.1f at most", tt.silences, per, tt.most)
		} else {
			t.Logf("with %d silences, %.1f bytes for each alert", tt.silences, per)
		}
	}
	runtime.KeepAlive(alerts)
}

// Verdicts on alerts that are gone go as well, and all of them with the last silence.
func TestVerdictsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Retention: time.Hour})
		long := running(t)
		long.EndsAt = long.StartsAt.Add(24 * time.Hour)
		id := mustSet(t, s, long)
		alerts := append(crowd(1000), alert.New(alert.LabelsOf("a", "1")))
		ask := func(list []*alert.Alert) {
			for _, a := range list {
				s.MutedBy(a, time.Now())
			}
		}
		sized := func() (used, lists int) {
			for i := range s.verdicts.shards {
				used += s.verdicts.shards[i].table.used
				lists += len(s.verdicts.shards[i].lists)
			}
			return used, lists
		}
		check := func(when string, wantUsed, wantLists int) {
			t.Helper()
			// A few verdicts find no room.
			if used, lists := sized(); used > wantUsed || used < wantUsed*95/100 || lists != wantLists {
				t.Errorf("%s: %d verdicts and %d lists, want %d and %d", when, used, lists, wantUsed, wantLists)
			}
		}
		ask(alerts)
		check("asked", 1001, 1)
		s.gc(present())
		check("at the first look", 1001, 1)
		ask(alerts[900:])
		s.gc(present())
		check("when some were asked about", 101, 1)
		ask(alerts[:1000])
		s.gc(present())
		s.gc(present())
		check("when none was", 0, 0)
		ask(alerts)
		if err := s.Expire(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		s.gc(present())
		check("without silences", 0, 0)
	})
}

// Numbers of changes are used up at some time, and old verdicts must not pass for new.
func TestChangesBeginAgain(t *testing.T) {
	s := New(Options{})
	silences := 0
	set := func(n int) {
		for range n {
			mustSet(t, s, running(t))
		}
		silences += n
	}
	often, seldom := alert.New(alert.LabelsOf("a", "1")), alert.New(alert.LabelsOf("a", "1", "b", "2"))
	check := func(a *alert.Alert) {
		t.Helper()
		if got := len(s.MutedBy(a, time.Now())); got != silences {
			t.Errorf("%d silences, want %d", got, silences)
		}
	}
	set(3)
	check(seldom)
	s.changes.last = 1<<32 - 3
	for range 5 {
		set(1)
		check(often)
	}
	if s.changes.last != 3 {
		t.Errorf("the last change is %d, want the one of the old verdict", s.changes.last)
	}
	check(seldom)
}

func TestTable(t *testing.T) {
	var tab table
	known := map[uint64]uint32{}
	key := func(i int) uint64 { return uint64(i+1) * 0x9e3779b97f4a7c15 }
	for i := range 20_000 {
		if gone := tab.set(key(i), uint32(i+1)); gone != 0 {
			delete(known, gone)
		}
		known[key(i)] = uint32(i + 1)
	}
	lost := 0
	for k, number := range known {
		switch tab.get(k) {
		case number:
		case 0:
			lost++
		default:
			t.Fatalf("the number of %x is %d, want %d", k, tab.get(k), number)
		}
	}
	if lost+20_000-len(known) > 200 {
		t.Errorf("%d keys are lost without a word and %d with one, of 20000", lost, 20_000-len(known))
	}
	if room := len(tab.buckets) * ways; room*12 > 20_000*16+1000 {
		t.Errorf("room for %d keys, which is too much", room)
	}
	tab.set(key(7), 99_999)
	if n := tab.get(key(7)); n != 99_999 {
		t.Errorf("changed to %d", n)
	}
	tab.sweep(19_001)
	if tab.get(key(18_000)) != 0 || tab.get(key(7)) == 0 || tab.used > 1001 || tab.used < 980 || len(tab.buckets)*ways > 1400 {
		t.Errorf("after a sweep there are %d keys and room for %d", tab.used, len(tab.buckets)*ways)
	}
	tab.sweep(1 << 31)
	if tab.used != 0 || len(tab.buckets) != 0 {
		t.Errorf("%d keys in %d buckets are left of nothing", tab.used, len(tab.buckets))
	}
}
