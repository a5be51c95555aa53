package dispatch

import (
	"github.com/tocsin-alerting/tocsin/alert"
)

// Whole is a group with what tells it from others.
type Whole struct {
	View
	Names
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
		View:  g.view(g.list()),
		Names: Names{Ref: ref, Key: r.group(labels).Key, Route: r.key},
	}
	d.mu.Unlock()
	w.render(notifier, w.Alerts)
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
