package inhibit

import (
	"fmt"
	"testing"
	"time"
)

// What a look costs grows with the rules that have a source with the same equal
// labels, and not with the rules.
func TestLooksAtFewRules(t *testing.T) {
	var texts []string
	alerts := &fake{}
	for n := range 1000 {
		texts = append(texts, fmt.Sprintf(`{source_matchers: ['s="%d"'], target_matchers: [t=1], equal: [c, d]}`, n))
		alerts.put(until(time.Hour, "s", fmt.Sprint(n), "c", fmt.Sprint(n/3), "d", "x"))
	}
	i := New(mustRules(t, texts...), alerts)
	target := until(0, "t", "1", "c", "7", "d", "x")
	checkMuted(t, i, target, until(time.Hour, "s", "21", "c", "7", "d", "x"))
	if n := len(i.families[0].at(target.Labels)); n != 3 || len(i.families) != 1 {
		t.Errorf("%d rules are looked at in %d families, want 3 in 1", n, len(i.families))
	}
}

// BenchmarkMutedByOneOfMany has 100 rules, which have all alerts as their targets, and
// 10,000 sources.
func BenchmarkMutedByOneOfMany(b *testing.B) {
	var texts []string
	alerts := &fake{}
	for n := range 100 {
		texts = append(texts, fmt.Sprintf(`{source_matchers: ['s="%d"'], target_matchers: [t=1], equal: [c, d]}`, n))
	}
	for n := range 10_000 {
		alerts.put(until(time.Hour, "s", fmt.Sprint(n%100), "c", fmt.Sprint(n/2), "d", "x", "t", "1"))
	}
	i := New(mustRules(b, texts...), alerts)
	target := until(0, "t", "1", "c", "7", "d", "x", "s", "none")
	b.ReportAllocs()
	for b.Loop() {
		if i.MutedBy(target, epoch()) == nil {
			b.Fatal("not muted")
		}
	}
}
