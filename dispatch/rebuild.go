package dispatch

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// past reports whether an alert left the group that it has in a route in an earlier
// life: it is over, and nobody in this group believes that it fires. Otherwise its
// end would be told again with the next news. It is so only while groups are built
// again after a start.
func (d *Dispatcher) past(r *Route, labels alert.Labels, a *alert.Alert, now time.Time) bool {
	if d.before == nil || !a.ResolvedAt(now) {
		return false
	}
	g := r.group(labels)
	// An end that nobody has heard the beginning of may still have to be told.
	return !g.Policy.SendUnseenResolved && !d.notifier.Believed(g)(a)
}
