package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func parsed(tb testing.TB, text string) alert.Matchers {
	tb.Helper()
	ms, _, err := alert.SyntaxFallback.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return ms
}

// passing returns those of the alerts that pass, sorted.
func passing(all func(func(*alert.Alert) bool), ms alert.Matchers) []string {
	var found []string
	for a := range all {
		if ms.Match(a.Labels) {
			found = append(found, a.Labels.String())
		}
	}
	slices.Sort(found)
	return found
}

func numbered(i int, end time.Time) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", fmt.Sprint("A", i%7), "env", "prod", "instance", fmt.Sprint("i", i/10), "uid", fmt.Sprint(i)))
	a.StartsAt, a.UpdatedAt, a.EndsAt = end.Add(-time.Hour), end.Add(-time.Hour), end
	return a
}

func put(tb testing.TB, s *Alerts, alerts ...*alert.Alert) {
	tb.Helper()
	if err := s.Put(tb.Context(), alerts); err != nil {
		tb.Fatal(err)
	}
}

// TestAmongAgainstAll lets alerts come and go while it is asked, and compares with
// a look at all of them.
func TestAmongAgainstAll(t *testing.T) {
	start := time.Now()
	filters := []alert.Matchers{
		nil,
		parsed(t, `uid=17`), parsed(t, `uid="none"`), parsed(t, `instance=i3`), parsed(t, `env=prod`), parsed(t, `env=prod,instance=i7`),
		parsed(t, `uid=~"1|2|3|nobody"`), parsed(t, `instance=~"i1[0-9]",alertname=A1`), parsed(t, `uid!="1"`), parsed(t, `uid=~"1.*"`), parsed(t, `none=""`),
	}
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 0))
		s := NewAlerts(Options{})
		for round := range 40 {
			var batch []*alert.Alert
			for range r.IntN(200) {
				end := start.Add(time.Duration(r.IntN(120)-20) * time.Minute)
				batch = append(batch, numbered(r.IntN(30_000), end))
			}
			put(t, s, batch...)
			if r.IntN(4) == 0 {
				s.GC(start.Add(time.Duration(r.IntN(60)) * time.Minute))
			}
			for _, ms := range filters {
				if diff := cmp.Diff(passing(s.All(), ms), passing(s.Among(ms), ms)); diff != "" {
					t.Fatalf("seed %d, round %d, %v (-all +among):\n%s", seed, round, ms, diff)
				}
			}
		}
	}
}

// What a filter costs grows with what it selects, and not with what there is.
func TestAmongLooksAtFew(t *testing.T) {
	s := NewAlerts(Options{})
	end := time.Now().Add(time.Hour)
	const known = 20_000
	for i := range known {
		put(t, s, numbered(i, end))
	}
	look := func(text string) int {
		n := 0
		for range s.Among(parsed(t, text)) {
			n++
		}
		return n
	}
	for range shardCount / indexedAtOnce {
		look(`uid=1`)
	}
	for text, want := range map[string]int{
		`uid=4711`:                     1,
		`uid="none"`:                   0,
		`instance=i300`:                10,
		`alertname=A1,instance=i300`:   10,
		`instance=i300,uid=~"3001|1"`:  1, // in the other shard there is nobody with the instance
		`env=prod,uid=17`:              1,
		`env=prod`:                     known, // nearly all have it
		`uid=~"4711.*"`:                known,
		`env=prod,instance=~"i1|none"`: 10,
	} {
		if got := look(text); got != want {
			t.Errorf("%s: looks at %d alerts, want %d", text, got, want)
		}
	}
	s.GC(time.Now())
	s.GC(time.Now())
	for i := range s.shards {
		if s.shards[i].pairs != nil {
			t.Fatal("the index is there although nobody asks")
		}
	}
}

// An index that is mostly of alerts that are gone is made anew.
func TestAmongForgets(t *testing.T) {
	s := NewAlerts(Options{})
	now := time.Now()
	for i := range 80_000 {
		put(t, s, numbered(i, now.Add(time.Duration(1+i%10)*time.Minute)))
	}
	ms := parsed(t, `uid=1`)
	for range shardCount {
		passing(s.Among(ms), ms)
	}
	s.GC(now.Add(9 * time.Minute))
	for i := range s.shards {
		if s.shards[i].pairs != nil {
			t.Fatal("the index has not been dropped")
		}
	}
}

func TestAmongWhilePut(t *testing.T) {
	s := NewAlerts(Options{})
	end := time.Now().Add(time.Hour)
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() {
			for i := range 4000 {
				put(t, s, numbered(2*i+w, end))
			}
		})
		all.Go(func() {
			ms := parsed(t, `uid=7`)
			for i := range 200 {
				passing(s.Among(ms), ms)
				if i%20 == 0 {
					s.dropIndex()
					s.dropIndex()
				}
			}
		})
	}
	all.Wait()
	ms := parsed(t, `instance=i33`)
	for range 5 {
		if n := len(passing(s.Among(ms), ms)); n != 10 {
			t.Errorf("%d alerts, want 10", n)
		}
	}
}

// BenchmarkAmong selects 10 of 50,000 alerts, with and without the index.
func BenchmarkAmong(b *testing.B) {
	s := NewAlerts(Options{})
	end := time.Now().Add(time.Hour)
	for i := range 50_000 {
		put(b, s, numbered(i, end))
	}
	ms := parsed(b, `instance=i300`)
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			passing(s.All(), ms)
		}
	})
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			s.dropIndex()
			s.dropIndex()
			for range shardCount / indexedAtOnce {
				passing(s.Among(ms), ms)
			}
		}
		size := 0
		for i := range s.shards {
			p := s.shards[i].pairs
			size += 8 * (cap(p.ids) + cap(p.run) + cap(p.tail))
		}
		b.ReportMetric(float64(size)/50_000, "B/alert")
	})
	b.Run("index", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			passing(s.Among(ms), ms)
		}
	})
}
