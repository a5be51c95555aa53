package inhibit

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Applied is a rule that has an alert as its target.
type Applied struct {
	Number int // its place among the rules
	Rule   Rule
	// By is the alert because of which the target is quiet; nil: there is none.
	By *alert.Alert
}

// Targeting returns the rules that have an alert with these labels as their target,
// with nobody that keeps it quiet. The rules are in their order.
func Targeting(rules []Rule, l alert.Labels) []Applied {
	var found []Applied
	for n, r := range rules {
		if r.Target.Match(l) {
			found = append(found, Applied{Number: n, Rule: r})
		}
	}
	return found
}

// Explain returns the rules that have an alert with these labels as their target, in
// their order, and for each the alert that keeps it quiet at now. The first that has
// one is what MutedBy names. Everything that was acknowledged before the call counts.
func (i *Inhibitor) Explain(l alert.Labels, now time.Time) []Applied {
	if i.watcher == nil {
		return nil
	}
	i.catchUp()
	i.mu.RLock()
	defer i.mu.RUnlock()
	var found []Applied
	for n, r := range i.rules {
		if r.Target.Match(l) {
			found = append(found, Applied{Number: n, Rule: r.Rule, By: r.inhibitor(l, now)})
		}
	}
	return found
}
