package inhibit

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

func TestMutedBy(t *testing.T) {
	const critical = `{source_matchers: [sev=critical], target_matchers: [sev=warning], equal: [cluster]}`
	target := until(0, "sev", "warning", "cluster", "c")
	source := until(time.Hour, "sev", "critical", "cluster", "c")
	for _, tt := range []struct {
		name   string
		rules  []string
		alerts []*alert.Alert
		target *alert.Alert
		want   *alert.Alert // nil: not muted
	}{
		{"source fires", []string{critical}, []*alert.Alert{source}, target, source},
		{"no source", []string{critical}, nil, target, nil},
		{"no target", []string{critical}, []*alert.Alert{source}, until(0, "sev", "info", "cluster", "c"), nil},
		{"source never ends", []string{critical}, []*alert.Alert{until(0, "sev", "critical", "cluster", "c")}, target, source},
		{"source ends now", []string{critical}, []*alert.Alert{ended(source, 0)}, target, nil},
		{"source ends a moment later", []string{critical}, []*alert.Alert{ended(source, 1)}, target, source},
		{"equal label differs", []string{critical}, []*alert.Alert{until(0, "sev", "critical", "cluster", "d")}, target, nil},
		{"equal label missing at the source", []string{critical}, []*alert.Alert{until(0, "sev", "critical")}, target, nil},
		{"equal label missing on both sides", []string{critical}, []*alert.Alert{until(0, "sev", "critical")}, until(0, "sev", "warning"), until(0, "sev", "critical")},
		{"missing is as good as empty", []string{critical}, []*alert.Alert{until(0, "sev", "critical", "cluster", "")}, until(0, "sev", "warning"), until(0, "sev", "critical", "cluster", "")},
		{
			"values do not run together",
			[]string{`{source_matchers: [s=1], target_matchers: [t=1], equal: [a, b]}`},
			[]*alert.Alert{until(0, "s", "1", "a", "xy", "b", "z")},
			until(0, "t", "1", "a", "x", "b", "yz"), nil,
		},
		{"nothing need be equal", []string{`{source_matchers: [s=1], target_matchers: [t=1]}`}, []*alert.Alert{until(0, "s", "1", "a", "1")}, until(0, "t", "1", "a", "2"), until(0, "s", "1", "a", "1")},
		{"a source that is inhibited itself", []string{critical, `{source_matchers: [x=1], target_matchers: [sev=critical]}`}, []*alert.Alert{source, until(0, "x", "1")}, target, source},
		{"not by itself", []string{`{source_matchers: [a=1], target_matchers: [a=1]}`}, []*alert.Alert{until(0, "a", "1")}, until(0, "a", "1"), nil},
		{"not by another that matches both sides", []string{`{source_matchers: [a=1], target_matchers: [b=1]}`}, []*alert.Alert{until(0, "a", "1", "b", "1", "x", "1")}, until(0, "a", "1", "b", "1"), nil},
		{"by one that matches the source side only", []string{`{source_matchers: [a=1], target_matchers: [b=1]}`}, []*alert.Alert{until(0, "a", "1")}, until(0, "a", "1", "b", "1"), until(0, "a", "1")},
		{"a plain target by one that matches both sides", []string{`{source_matchers: [a=1], target_matchers: [b=1]}`}, []*alert.Alert{until(0, "a", "1", "b", "1")}, until(0, "b", "1"), until(0, "a", "1", "b", "1")},
		{
			"an exempt source hides no other",
			[]string{`{source_matchers: [a=1], target_matchers: [b=1]}`},
			[]*alert.Alert{until(2*time.Hour, "a", "1", "b", "1", "x", "1"), until(time.Hour, "a", "1")},
			until(0, "a", "1", "b", "1"), until(0, "a", "1"),
		},
		{"a rule without matchers exempts all", []string{`{}`}, []*alert.Alert{until(0, "a", "1"), until(0, "b", "1")}, until(0, "a", "1"), nil},
		{
			"the first rule that applies",
			[]string{`{source_matchers: [s=3], target_matchers: [t=1]}`, `{source_matchers: [s=2], target_matchers: [t=1]}`, `{source_matchers: [s=1], target_matchers: [t=1]}`},
			[]*alert.Alert{until(0, "s", "1"), until(0, "s", "2")},
			until(0, "t", "1"), until(0, "s", "2"),
		},
		{"of several sources the one that ends last", []string{critical}, []*alert.Alert{source, until(2*time.Hour, "sev", "critical", "cluster", "c", "x", "1"), until(1, "sev", "critical", "cluster", "c", "x", "2")}, target, until(0, "sev", "critical", "cluster", "c", "x", "1")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			alerts := &fake{}
			i := New(mustRules(t, tt.rules...), alerts)
			alerts.put(tt.alerts...)
			if tt.want == nil {
				checkMuted(t, i, tt.target)
			} else {
				checkMuted(t, i, tt.target, tt.want)
			}
		})
	}
}

// ended is the same alert with another end.
func ended(a *alert.Alert, end time.Duration) *alert.Alert {
	e := *a
	e.EndsAt = epoch().Add(end)
	return &e
}

func TestSourcesComeAndGo(t *testing.T) {
	alerts := &fake{}
	i := New(mustRules(t, `{source_matchers: [s=1], target_matchers: [t=1], equal: [c]}`), alerts)
	first, second, target := until(2*time.Hour, "s", "1", "c", "x", "n", "1"), until(time.Hour, "s", "1", "c", "x", "n", "2"), until(0, "t", "1", "c", "x")
	alerts.put(first, second)
	checkMuted(t, i, target, first)
	alerts.put(ended(first, -time.Minute))
	checkMuted(t, i, target, second)
	alerts.forget(first) // must not hide the other one
	checkMuted(t, i, target, second)
	alerts.put(ended(second, -time.Second))
	checkMuted(t, i, target)
	alerts.put(second) // fires again
	checkMuted(t, i, target, second)
	alerts.forget(second)
	alerts.forget(second)
	checkMuted(t, i, target)
	if n := i.rules[0].slots + len(i.families[0].seats); n != 0 || len(i.known) != 0 || i.targets.Len() != 0 {
		t.Errorf("%d slots, %d sources and %d targets are left of nothing", n, len(i.known), i.targets.Len())
	}
	alerts.put(first)
	checkMuted(t, i, target, first)
}

func TestWithoutRules(t *testing.T) {
	alerts := &fake{}
	i := New(nil, alerts)
	alerts.put(until(0, "a", "1"))
	checkMuted(t, i, until(0, "a", "1"))
	i.Close()
	if alerts.watched != 0 || i.Rules() != 0 {
		t.Errorf("watched %d times for %d rules", alerts.watched, i.Rules())
	}
}

func TestClose(t *testing.T) {
	alerts := &fake{}
	i := New(mustRules(t, `{}`, `{}`), alerts)
	if i.Rules() != 2 || alerts.watched != 1 || alerts.closed {
		t.Errorf("%d rules, watched %d times, closed %t", i.Rules(), alerts.watched, alerts.closed)
	}
	i.Close()
	if !alerts.closed {
		t.Error("still watching")
	}
	if i.Reason() != "inhibition" {
		t.Error(i.Reason())
	}
}

// TestStore holds that an inhibitor knows what a Put has acknowledged, and what
// was there before it.
func TestStore(t *testing.T) {
	alerts := store.NewAlerts(store.Options{})
	put := func(a *alert.Alert) {
		t.Helper()
		if err := alerts.Put(t.Context(), []*alert.Alert{a}); err != nil {
			t.Fatal(err)
		}
	}
	before, after := until(time.Hour, "s", "1"), until(time.Hour, "s", "2")
	put(before)
	i := New(mustRules(t, `{source_matchers: [s=1], target_matchers: [t=1]}`, `{source_matchers: [s=2], target_matchers: [t=2]}`), alerts)
	defer i.Close()
	checkMuted(t, i, until(0, "t", "1"), before)
	checkMuted(t, i, until(0, "t", "2"))
	put(after)
	checkMuted(t, i, until(0, "t", "2"), after)
	alerts.GC(epoch().Add(2 * time.Hour))
	checkMuted(t, i, until(0, "t", "1"))
	checkMuted(t, i, until(0, "t", "2"))
}

// TestCount counts what many rules do to many alerts.
func TestCount(t *testing.T) {
	const rules, clusters = 100, 50
	i, all := many(t, rules, clusters)
	muted := 0
	for _, a := range all {
		if by := i.MutedBy(a, epoch()); by != nil {
			muted++
		}
	}
	// Of each rule and cluster: one source, one target. Odd clusters have a
	// source that is over.
	if want := rules * clusters / 2; muted != want || len(all) != 2*rules*clusters {
		t.Errorf("%d of %d alerts are muted, want %d", muted, len(all), want)
	}
}

// many is an inhibitor with alerts, half of them sources, of which half fire.
func many(t testing.TB, rules, clusters int) (*Inhibitor, []*alert.Alert) {
	t.Helper()
	var texts []string
	for r := range rules {
		texts = append(texts, fmt.Sprintf(`{source_matchers: [alertname=A%d, sev=critical], target_matchers: [alertname=A%d, sev!=critical], equal: [cluster]}`, r, r))
	}
	alerts := &fake{}
	i := New(mustRules(t, texts...), alerts)
	var all []*alert.Alert
	for r := range rules {
		for c := range clusters {
			end := time.Hour
			if c%2 == 1 {
				end = -time.Hour
			}
			name, cluster := fmt.Sprintf("A%d", r), fmt.Sprint(c)
			all = append(all,
				until(end, "alertname", name, "cluster", cluster, "sev", "critical"),
				until(time.Hour, "alertname", name, "cluster", cluster, "sev", "warning"))
		}
	}
	alerts.put(all...)
	return i, all
}

func TestConcurrentUse(t *testing.T) {
	alerts := &fake{}
	i := New(mustRules(t, `{source_matchers: [s=~".+"], target_matchers: [t=1]}`), alerts)
	always := until(0, "s", "0")
	alerts.put(always)
	var all sync.WaitGroup
	for n := range 4 {
		a := until(time.Hour, "s", fmt.Sprint(n+1))
		all.Go(func() {
			for range 200 {
				alerts.put(a, ended(a, -time.Hour))
				alerts.forget(a)
			}
		})
		all.Go(func() {
			for range 500 {
				checkMuted(t, i, until(0, "t", "1"), always)
			}
		})
	}
	all.Wait()
	checkMuted(t, i, until(0, "t", "1"), always)
	if len(i.known) != 1 {
		t.Errorf("%d sources are left, want 1", len(i.known))
	}
}

// BenchmarkMutedBy asks for all of 10,000 alerts under 100 rules.
func BenchmarkMutedBy(b *testing.B) {
	b.Run("a rule for each name", func(b *testing.B) {
		i, all := many(b, 100, 50)
		benchmark(b, i, all)
	})
	b.Run("all rules match and none applies", func(b *testing.B) {
		_, all := many(b, 100, 50)
		alerts := &fake{}
		alerts.put(all...)
		var texts []string
		for r := range 100 {
			texts = append(texts, fmt.Sprintf(`{source_matchers: [source=%d], target_matchers: [alertname=~".+"], equal: [cluster]}`, r))
			alerts.put(until(0, "source", fmt.Sprint(r), "cluster", "elsewhere"))
		}
		benchmark(b, New(mustRules(b, texts...), alerts), all)
	})
}

func benchmark(b *testing.B, i *Inhibitor, all []*alert.Alert) {
	b.Helper()
	i.MutedBy(all[0], epoch())
	b.ReportAllocs()
	for b.Loop() {
		for _, a := range all {
			i.MutedBy(a, epoch())
		}
	}
}
