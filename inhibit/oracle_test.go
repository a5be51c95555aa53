package inhibit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// TestAgainstOracle lets alerts come, end and go at random, and compares with
// an oracle that looks at all alerts for every rule.
func TestAgainstOracle(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	muted, exempt := 0, 0
	for range 60 {
		rules := randomRules(t, r)
		alerts := &fake{}
		i := New(rules, alerts)
		present := make(map[alert.Labels]*alert.Alert)
		for range 60 {
			for range r.IntN(8) {
				a := randomAlert(r)
				if r.IntN(4) == 0 {
					delete(present, a.Labels)
					alerts.forget(a)
				} else {
					present[a.Labels] = a
					alerts.put(a)
				}
			}
			now := epoch().Add(time.Duration(r.IntN(20)-10) * time.Minute)
			target := randomAlert(r)
			want, exempted := oracle(rules, present, target, now)
			exempt += exempted
			got := i.MutedBy(target, now)
			switch {
			case len(want) == 0 && got == nil:
			case len(got) == 1 && want[got[0]]:
				muted++
			default:
				t.Fatalf("%s is muted by %v, want one of %v", target.Labels, got, want)
			}
		}
	}
	if muted < 100 || exempt < 100 {
		t.Errorf("only %d hits and %d exemptions", muted, exempt)
	}
}

func randomRules(t *testing.T, r *rand.Rand) (rules []Rule) {
	t.Helper()
	matchers := func() (ms alert.Matchers) {
		for range r.IntN(3) {
			m, err := alert.NewMatcher(alert.MatchType(r.IntN(4)), string(rune('a'+r.IntN(4))), []string{"1", "2", "", "1|2"}[r.IntN(4)])
			if err != nil {
				t.Fatal(err)
			}
			ms = append(ms, m)
		}
		return ms
	}
	for range 1 + r.IntN([]int{4, 40}[r.IntN(2)]) { // few, or so many that there is an index
		rule := Rule{Source: matchers(), Target: matchers()}
		for range r.IntN(3) {
			rule.Equal = append(rule.Equal, string(rune('a'+r.IntN(4))))
		}
		rules = append(rules, rule)
	}
	return rules
}

// randomAlert has empty labels, too, ends around epoch, and differs from others
// of the same labels in its end.
func randomAlert(r *rand.Rand) *alert.Alert {
	labels := make(map[string]string)
	for _, name := range []string{"a", "b", "c", "d"} {
		if n := r.IntN(4); n > 0 {
			labels[name] = []string{"", "1", "2"}[n-1]
		}
	}
	a := alert.New(alert.LabelsFromMap(labels))
	if n := r.IntN(20); n > 0 {
		a.EndsAt = epoch().Add(time.Duration(n-12) * time.Minute)
	}
	return a
}

// oracle returns all sources that may be named: those of the first rule that
// applies which end last.
func oracle(rules []Rule, present map[alert.Labels]*alert.Alert, target *alert.Alert, now time.Time) (by map[string]bool, exempt int) {
	last := func(a *alert.Alert) string {
		if a.EndsAt.IsZero() {
			return "never"
		}
		return fmt.Sprint(a.EndsAt)
	}
	for _, rule := range rules {
		if !rule.Target.Match(target.Labels) {
			continue
		}
		by, best := map[string]bool{}, ""
		for _, s := range present {
			if !rule.Source.Match(s.Labels) || s.ResolvedAt(now) || !equal(rule, s, target) {
				continue
			}
			if rule.Source.Match(target.Labels) && rule.Target.Match(s.Labels) {
				exempt++
				continue
			}
			if last(s) > best {
				by, best = map[string]bool{}, last(s)
			}
			if last(s) == best {
				by[s.Fingerprint().String()] = true
			}
		}
		if len(by) > 0 {
			return by, exempt
		}
	}
	return nil, exempt
}

func equal(rule Rule, a, b *alert.Alert) bool {
	for _, name := range rule.Equal {
		if a.Labels.Get(name) != b.Labels.Get(name) {
			return false
		}
	}
	return true
}
