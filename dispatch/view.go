package dispatch

import (
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
}

// Groups returns all groups, in no promised order, with every alert that has
// been put into the store until now.
func (d *Dispatcher) Groups() []View {
	d.ingest()
	d.mu.Lock()
	notifier := d.notifier
	views := make([]View, 0, len(d.groups))
	routes := make([]*Route, 0, len(d.groups)) // of the views
	for _, g := range d.groups {
		views = append(views, View{
			Labels:   g.labels,
			Receiver: g.route.Policy.Receiver,
			Alerts:   g.list(),
			MutedBy:  g.mutedBy,
		})
		routes = append(routes, g.route)
	}
	d.mu.Unlock()
	now := time.Now()
	for i, r := range routes {
		if v := &views[i]; len(r.Policy.Labels) > 0 {
			v.RouteLabels = notifier.RouteLabels(notify.Flush{Group: r.group(v.Labels), Now: now, All: v.Alerts})
		}
	}
	return views
}

// Receivers returns the receivers of the routes for a label set, in routing
// order; one that several routes name is in it several times.
func (d *Dispatcher) Receivers(l alert.Labels) []string {
	d.mu.Lock()
	root := d.root
	d.mu.Unlock()
	routes := root.Match(l)
	names := make([]string, len(routes))
	for i, r := range routes {
		names[i] = r.Policy.Receiver
	}
	return names
}
