package dispatch

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// group is the alerts of one route that share the labels it groups by. It has a
// place on the schedule, no timer and no goroutine. Its fields are guarded by the
// dispatcher. There may be one for every alert, so a test holds its size.
type group struct {
	d      *Dispatcher
	route  *Route
	labels alert.Labels
	alerts members
	next   time.Time // that it ticks
	due    time.Time // of the tick that waits or runs
	ticks  uint64    // that were taken up
	rare   *rare     // nil: its zero value
	outbox notify.Outbox
	slot   uint32 // of the schedule
	queued bool   // waits for a worker or has one
	missed bool   // a tick came while it was queued
	dead   bool   // no longer among the groups
}

// rare is what few groups have.
type rare struct {
	traced  time.Time // when the last tick was that had a span
	mutedBy []string  // at the last tick
}

// seldom returns what few groups have, to be changed.
func (g *group) seldom() *rare {
	if g.rare == nil {
		g.rare = new(rare)
	}
	return g.rare
}

// mutedBy names the time intervals that muted the group at the last tick.
func (g *group) mutedBy() []string {
	if g.rare == nil {
		return nil
	}
	return g.rare.mutedBy
}

// id is that of the group.
func (g *group) id() string { return g.route.group(g.labels).ID }

// Outbox implements notify.Source.
func (g *group) Outbox() *notify.Outbox { return &g.outbox }

// Flush implements notify.Source: the group as it is at now, sorted.
func (g *group) Flush(now time.Time) notify.Flush {
	g.d.mu.Lock()
	alerts := g.list()
	route, ticks := g.route, g.ticks
	g.d.mu.Unlock()
	alert.Sort(alerts)
	return notify.Flush{Group: route.group(g.labels), ID: ticks, Now: now, All: alerts, Alerts: alerts}
}

// list copies the alerts; the dispatcher is locked.
func (g *group) list() []*alert.Alert {
	alerts := make([]*alert.Alert, 0, g.alerts.len())
	for m := range g.alerts.all() {
		alerts = append(alerts, m.alert)
	}
	return alerts
}

// Settled implements notify.Source. Once nothing is on its way, resolved alerts
// that nobody has to be told of any more leave the group, and an empty group
// goes away.
func (g *group) Settled(f notify.Flush) {
	g.d.mu.Lock()
	defer g.d.mu.Unlock()
	if g.dead || g.queued || !g.outbox.Idle() {
		return
	}
	owing := g.d.notifier.Owing(f.Group)
	left := f.Alerts // a part of f.All, in its order
	for _, a := range f.All {
		told := len(left) > 0 && left[0] == a
		if told {
			left = left[1:]
		}
		if m, _ := g.alerts.get(a.Fingerprint()); !a.ResolvedAt(f.Now) || m.alert != a {
			continue
		}
		// The end of a muted alert is owed only if the route says so.
		if owed := told || f.Group.Policy.SendMutedResolved; !owed || !owing(a) {
			g.d.drop(g, a.Fingerprint())
			g.d.resolved(a, f.Group)
		}
	}
	if g.alerts.len() == 0 {
		g.d.remove(g)
		return
	}
	g.d.timers.Put(f.Group.ID, g.next)
}

// remember records what the stages made of each alert. Alerts that have changed
// since keep what they had.
func (g *group) remember(f notify.Flush) {
	if len(f.MutedBy) > 0 || g.rare != nil {
		g.seldom().mutedBy = f.MutedBy
	}
	left := f.Alerts
	for _, a := range f.All {
		result := suppressed
		if len(left) > 0 && left[0] == a {
			result, left = active, left[1:]
		}
		if m, here := g.alerts.get(a.Fingerprint()); here {
			g.alerts.put(member{alert: m.alert, outcome: result})
		}
	}
}
