package dispatch

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Whole is a group with what tells it from others.
type Whole struct {
	View
	Ref   string // see notify.Group.Ref
	Key   string
	Route string // what the keys of all groups of its route begin with
}

// Find returns the group that a notify.Group.Ref names, with every alert that has
// been put into the store until now.
func (d *Dispatcher) Find(ref string) (Whole, bool) {
	d.ingest()
	r, labels, found := d.named(ref)
	if !found {
		return Whole{}, false
	}
	d.mu.Lock()
	g := d.groups[groupKey{r, labels}]
	if g == nil { // gone meanwhile
		d.mu.Unlock()
		return Whole{}, false
	}
	notifier := d.notifier
	w := Whole{
		View:  View{Labels: labels, Receiver: r.Policy.Receiver, Alerts: g.list(), MutedBy: g.mutedBy},
		Ref:   ref,
		Key:   r.group(labels).Key,
		Route: r.key,
	}
	d.mu.Unlock()
	if len(r.Policy.Labels) > 0 {
		w.RouteLabels = notifier.RouteLabels(notify.Flush{Group: r.group(labels), Now: time.Now(), All: w.Alerts})
	}
	return w, true
}

// named looks for the group with the name. That means to hash them all, so the
// dispatcher is not locked for it.
func (d *Dispatcher) named(ref string) (*Route, alert.Labels, bool) {
	d.mu.Lock()
	keys := make([]groupKey, 0, len(d.groups))
	for key := range d.groups {
		keys = append(keys, key)
	}
	d.mu.Unlock()
	for _, key := range keys {
		if key.route.group(key.labels).Ref() == ref {
			return key.route, key.labels, true
		}
	}
	return nil, alert.Labels{}, false
}
