package dispatch

import (
	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Observer is told what becomes of alerts. Its methods must not block, since the
// dispatcher waits for them, and must not call it.
type Observer interface {
	// Grouped is called for each group that a report of an alert is put into, and
	// if a reload puts an alert into another group.
	Grouped(a *alert.Alert, g notify.Group)
	// Resolved is called when an alert that is over leaves its group.
	Resolved(a *alert.Alert, g notify.Group)
}

// grouped tells the observer of an alert that was inserted; the dispatcher is
// locked.
func (d *Dispatcher) grouped(a *alert.Alert) {
	if d.observer == nil {
		return
	}
	for g := range d.places.of(a.Fingerprint()) {
		d.observer.Grouped(a, g.route.group(g.labels))
	}
}

// regrouped tells the observer of the alerts that are in a group in which they were
// not before; the dispatcher is locked.
func (d *Dispatcher) regrouped(before map[*group]members) {
	if d.observer == nil {
		return
	}
	for _, g := range d.groups {
		were := before[g]
		for m := range g.alerts.all() {
			if !were.has(m.alert.Fingerprint()) {
				d.observer.Grouped(m.alert, g.route.group(g.labels))
			}
		}
	}
}

// resolved tells the observer of an alert that has left a group; the dispatcher is
// locked.
func (d *Dispatcher) resolved(a *alert.Alert, g notify.Group) {
	if d.observer != nil {
		d.observer.Resolved(a, g)
	}
}
