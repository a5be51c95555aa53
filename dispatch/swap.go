package dispatch

import (
	"time"
)

// Swap replaces the routes and the notifier. Groups of routes that are the same
// go on with their timers and with what is on its way; all others are dropped
// or made anew. When it returns the old notifier is at work for no group and
// can be closed.
func (d *Dispatcher) Swap(root *Route, notifier Notifier) {
	d.swapping.Lock()
	defer d.swapping.Unlock()
	d.mu.Lock()
	defer d.release()
	old := d.groups
	d.root, d.notifier = root, notifier
	d.groups = make(map[groupKey]*group, len(old))
	d.mostGroups = 0
	d.places = newPlaces(d.places.len())
	clear(d.left)
	d.keep(old, root)
	d.regroup(old, time.Now())
	d.tidy(old)
}

// keep carries over the groups whose route is still there and groups the same.
func (d *Dispatcher) keep(old map[groupKey]*group, root *Route) {
	routes := make(map[string]*Route)
	for r := range root.All() {
		routes[r.id] = r
	}
	for key, g := range old {
		if r := routes[key.route.id]; r != nil && r.sameGroups(key.route) {
			g.route = r
			d.groups[groupKey{r, g.labels}] = g
		}
	}
}

// regroup puts every alert where the new routes want it.
func (d *Dispatcher) regroup(old map[groupKey]*group, now time.Time) {
	before := make(map[*group]members, len(old))
	for _, g := range old {
		before[g] = g.alerts
		g.alerts = members{}
	}
	for _, were := range before {
		for m := range were.all() {
			d.insert(m.alert, now)
		}
	}
	for g, were := range before {
		for m := range were.all() {
			if g.alerts.has(m.alert.Fingerprint()) {
				g.alerts.put(m)
			}
		}
	}
	d.regrouped(before)
}

// tidy ends the groups that nothing belongs to any more.
func (d *Dispatcher) tidy(old map[groupKey]*group) {
	for _, g := range old {
		key := groupKey{g.route, g.labels}
		switch {
		case d.groups[key] != g:
			g.end()
		case g.alerts.len() == 0:
			delete(d.groups, key)
			g.end()
		default:
			d.notifier.Adopt(g, g.route.Policy.Receiver)
		}
	}
}

// end stops a group for good; the dispatcher is locked.
func (g *group) end() {
	g.dead = true
	g.d.schedule.drop(g)
	g.outbox.Drop()
	g.d.timers.Delete(g.id())
}
