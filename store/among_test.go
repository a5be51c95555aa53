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
	passing(s.Among(ms), ms)
	s.GC(now.Add(9 * time.Minute))
	for i := range s.shards {
		if s.shards[i].pairs != nil {
			t.Fatal("the index has not been dropped")
		}
	}
}

// What was common among few alerts need not be so among many.
func TestAmongOutgrown(t *testing.T) {
	s := NewAlerts(Options{})
	end := time.Now().Add(time.Hour)
	zoned := func(zone string, i int) *alert.Alert {
		a := alert.New(alert.LabelsOf("uid", fmt.Sprint(i), "zone", zone))
		a.StartsAt, a.UpdatedAt, a.EndsAt = end.Add(-time.Hour), end.Add(-time.Hour), end
		return a
	}
	looks := func() (n int) {
		for range s.Among(parsed(t, `zone=a`)) {
			n++
		}
		return n
	}
	const few, many = 64 * 50, 64 * 1500
	for i := range few {
		put(t, s, zoned("a", i))
	}
	if n := looks(); n != few {
		t.Fatalf("looks at %d of %d alerts that all have it", n, few)
	}
	for i := range many {
		put(t, s, zoned("b", few+i))
	}
	if n := looks(); n != few {
		t.Errorf("looks at %d alerts, want %d", n, few)
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

// machine is an alert of a cluster: id, instance and pod are of each alone, ten have a
// shard, and the other labels have few values.
func machine(i int, end time.Time) *alert.Alert {
	a := alert.New(alert.LabelsOf(
		"alertname", fmt.Sprintf("HighErrorRate%d", i%50), "cluster", fmt.Sprintf("cluster-%d", i/200%4), "id", fmt.Sprint(i),
		"instance", fmt.Sprintf("10.%d.%d.%d:9100", i>>16&255, i>>8&255, i&255), "job", "kubernetes-pods",
		"namespace", fmt.Sprintf("namespace-%d", i%20), "pod", fmt.Sprintf("svc-%d-7d9f8b6c5-%06d", i%200, i),
		"service", fmt.Sprintf("svc-%d", i%200), "severity", []string{"critical", "warning"}[i%2],
		"shard", fmt.Sprint(i/10), "team", fmt.Sprintf("team-%d", i%10)))
	a.StartsAt, a.UpdatedAt, a.EndsAt = end.Add(-time.Hour), end.Add(-time.Hour), end
	return a
}

// BenchmarkAmong selects ten of ever more alerts: by a look at all, by an index that is
// made for it, by one that is there, and by one that has grown with the alerts.
func BenchmarkAmong(b *testing.B) {
	end := time.Now().Add(time.Hour)
	ms := parsed(b, `shard="12"`)
	for _, n := range []int{1_000, 10_000, 100_000} {
		s := NewAlerts(Options{})
		ten := func(b *testing.B, all func(func(*alert.Alert) bool)) {
			if found := passing(all, ms); len(found) != 10 {
				b.Fatal(found)
			}
		}
		for i := range n {
			put(b, s, machine(i, end))
		}
		b.Run(fmt.Sprint("scan/", n), func(b *testing.B) {
			for b.Loop() {
				ten(b, s.All())
			}
		})
		b.Run(fmt.Sprint("build/", n), func(b *testing.B) {
			for b.Loop() {
				s.dropIndex()
				s.dropIndex()
				ten(b, s.Among(ms))
			}
			b.ReportMetric(sizeOfIndex(s)/float64(n), "B/alert")
		})
		b.Run(fmt.Sprint("index/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ten(b, s.Among(ms))
			}
		})
		for i := range n {
			put(b, s, machine(n+i, end))
		}
		b.Run(fmt.Sprint("grown/", n), func(b *testing.B) {
			for b.Loop() {
				ten(b, s.Among(ms))
			}
			b.ReportMetric(sizeOfIndex(s)/float64(2*n), "B/alert")
		})
	}
}

// sizeOfIndex is how many bytes all indexes have.
func sizeOfIndex(s *Alerts) (size float64) {
	for i := range s.shards {
		p := s.shards[i].pairs
		size += 8 * float64(cap(p.ids)+cap(p.tail))
		for _, run := range p.runs {
			size += 8 * float64(cap(run))
		}
	}
	return size
}

// BenchmarkArrive puts new alerts, with and without an index that has to take them in.
func BenchmarkArrive(b *testing.B) {
	const n = 20_000
	end := time.Now().Add(time.Hour)
	ms := parsed(b, `shard="12"`)
	for _, indexed := range []bool{false, true} {
		b.Run(fmt.Sprint("indexed=", indexed), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := NewAlerts(Options{})
				alerts := make([]*alert.Alert, 2*n)
				for i := range alerts {
					alerts[i] = machine(i, end)
				}
				put(b, s, alerts[:n]...)
				if indexed {
					for range 4 {
						passing(s.Among(ms), ms)
					}
				}
				b.StartTimer()
				put(b, s, alerts[n:]...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/alert")
			b.ReportMetric(0, "ns/op")
		})
	}
}
