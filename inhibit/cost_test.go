package inhibit

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// What an answer costs grows with the rules that have the alert as their target and a
// source with the same equal labels, and not with the rules or the sources that exist.
func TestAsksFewRules(t *testing.T) {
	for _, tt := range []struct {
		name, rule string
	}{
		{"a rule for each service", `{source_matchers: ['alertname="Down"', 'service="%[1]d"'], target_matchers: ['service="%[1]d"', 'alertname!="Down"'], equal: [cluster]}`},
		{"rules with patterns", `{source_matchers: [alertname=Down, 'service=~"%[1]d|0%[1]d"'], target_matchers: ['service=~"(team-)?%[1]d(-.+)?"', 'alertname=~".*Slow"'], equal: [cluster]}`},
		{"targets that are all the same", `{source_matchers: [alertname=Down, 'service="%d"'], target_matchers: ['alertname="Slow"'], equal: [cluster, service]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{100, 2000} {
				if first, next := questions(t, tt.rule, n); first > 30 || next > 30 {
					t.Errorf("of %d rules, %d questions to the matchers for a new source, and %d for a target", n, first, next)
				}
			}
		})
	}
}

// questions counts what one more source takes, and what a target does, when there are n
// rules and two sources for each.
func questions(t *testing.T, rule string, n int) (source, target int64) {
	t.Helper()
	var asked atomic.Int64
	var texts []string
	alerts := &fake{}
	for i := range n {
		texts = append(texts, fmt.Sprintf(rule, i))
		for host := range 2 {
			alerts.put(until(time.Hour, "alertname", "Down", "service", fmt.Sprint(i), "cluster", "c", "host", fmt.Sprint(host)))
		}
	}
	rules := mustRules(t, texts...)
	for _, r := range rules {
		r.Source.CountIn(&asked)
		r.Target.CountIn(&asked)
	}
	i := New(rules, alerts)
	slow := until(0, "alertname", "Slow", "service", fmt.Sprint(n/2), "cluster", "c")
	elsewhere := alert.New(alert.LabelsOf("alertname", "Slow", "service", fmt.Sprint(n/2), "cluster", "d"))
	if i.MutedBy(slow, epoch()) == nil || i.MutedBy(elsewhere, epoch()) != nil {
		t.Fatal("the rules do not do what they should")
	}
	asked.Store(0)
	last := until(2*time.Hour, "alertname", "Down", "service", fmt.Sprint(n/2), "cluster", "c", "host", "x")
	alerts.put(last)
	checkMuted(t, i, alert.New(alert.LabelsOf("nothing", "to do with it")))
	source = asked.Swap(0)
	checkMuted(t, i, slow, last)
	return source, asked.Load()
}
