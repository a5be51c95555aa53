package dispatch

import (
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// View is a group as it can be looked at from outside.
type View struct {
	Labels      alert.Labels
	Receiver    string
	RouteLabels map[string]string
	Alerts      []*alert.Alert // in no promised order
	MutedBy     []string       // time intervals, at the last tick

	route *Route
}

// Names returns what tells the group from others. That costs a hash.
func (v *View) Names() Names {
	named := v.route.group(v.Labels)
	return Names{Ref: named.Ref(), Key: named.Key, Route: v.route.key}
}

// Names are what tells a group from others.
type Names struct {
	Ref   string // see notify.Group.Ref
	Key   string
	Route string // what the keys of all groups of its route begin with
}

// atOnce is for how many alerts, more or less, the dispatcher is locked when it is
// looked at.
const atOnce = 4096

// Groups returns all groups, in no promised order, with every alert that has been
// put into the store until now.
func (d *Dispatcher) Groups() []View {
	d.ingest()
	// Or a reload could empty groups that have not been looked at yet.
	d.swapping.RLock()
	d.mu.Lock()
	notifier := d.notifier
	left := make([]*group, 0, len(d.groups))
	for _, g := range d.groups {
		left = append(left, g)
	}
	d.mu.Unlock()
	views := make([]View, 0, len(left))
	for len(left) > 0 {
		views, left = d.look(views, left)
	}
	d.swapping.RUnlock()
	for i := range views {
		views[i].render(notifier, views[i].Alerts)
	}
	return views
}

// look appends what is to be seen of some of the groups and returns the rest of
// them.
func (d *Dispatcher) look(views []View, groups []*group) ([]View, []*group) {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := 0
	for n, g := range groups {
		if seen > atOnce {
			return views, groups[n:]
		}
		if !g.dead {
			views = append(views, g.view(g.list()))
		}
		seen += g.alerts.len() + 1
	}
	return views, nil
}

// GroupsOf is as Groups, but with these alerts alone, and only the groups that have
// one of them.
func (d *Dispatcher) GroupsOf(ids []alert.Fingerprint) []View {
	d.ingest()
	d.swapping.RLock()
	notifier := d.present()
	some := selection{places: make(map[*group]int)}
	for part := range slices.Chunk(ids, atOnce) {
		d.collect(&some, part)
	}
	d.swapping.RUnlock()
	for i := range some.views {
		some.views[i].render(notifier, some.whole[i])
	}
	return some.views
}

// selection is some alerts of some groups.
type selection struct {
	places map[*group]int // among the views
	views  []View
	whole  [][]*alert.Alert // all alerts of the groups, where labels are rendered for them
}

// collect adds alerts with their groups.
func (d *Dispatcher) collect(some *selection, ids []alert.Fingerprint) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		for g := range d.places.of(id) {
			if m, here := g.alerts.get(id); here {
				some.add(g, m.alert)
			}
		}
	}
}

func (s *selection) add(g *group, a *alert.Alert) {
	n, seen := s.places[g]
	if !seen {
		n = len(s.views)
		s.places[g] = n
		s.views, s.whole = append(s.views, g.view(nil)), append(s.whole, g.rendered())
	}
	s.views[n].Alerts = append(s.views[n].Alerts, a)
}

// view shows the group with some of its alerts; the dispatcher is locked.
func (g *group) view(alerts []*alert.Alert) View {
	return View{Labels: g.labels, Receiver: g.route.Policy.Receiver, Alerts: alerts, MutedBy: g.mutedBy(), route: g.route}
}

// rendered returns the alerts that the labels of the route are rendered for, nil
// if it has none.
func (g *group) rendered() []*alert.Alert {
	if len(g.route.Policy.Labels) == 0 {
		return nil
	}
	return g.list()
}

// render adds the labels of the route.
func (v *View) render(notifier Notifier, all []*alert.Alert) {
	if len(v.route.Policy.Labels) > 0 {
		v.RouteLabels = notifier.RouteLabels(notify.Flush{Group: v.route.group(v.Labels), Now: time.Now(), All: all})
	}
}

// Receivers returns the receivers of the routes for a label set, in routing
// order; one that several routes name is in it several times.
func (r *Route) Receivers(l alert.Labels) []string {
	routes := r.Match(l)
	names := make([]string, len(routes))
	for i, to := range routes {
		names[i] = to.Policy.Receiver
	}
	return names
}
