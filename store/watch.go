package store

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Change is how an alert is now, for someone who has not seen it since it
// changed.
type Change struct {
	Fingerprint alert.Fingerprint
	Alert       *alert.Alert // nil: forgotten
}

// Watcher collects which alerts have changed until its owner asks. It never
// makes a Put wait and never loses a change: what it holds is bounded by the
// number of alerts, because of an alert that changes twice only the last state
// matters.
type Watcher struct {
	store *Alerts
	name  string
	some  atomic.Bool
	wake  chan struct{}

	mu    sync.Mutex
	dirty map[alert.Fingerprint]struct{}
	order []alert.Fingerprint
}

// Watch returns a watcher under a name for the metrics. Its first Take yields
// every alert that is known now.
func (s *Alerts) Watch(name string) *Watcher {
	w := &Watcher{
		store: s,
		name:  name,
		wake:  make(chan struct{}, 1),
		dirty: make(map[alert.Fingerprint]struct{}),
	}
	s.watching.Lock()
	s.watchers = append(s.watchers, w)
	s.watching.Unlock()

	var known []alert.Fingerprint
	for a := range s.All() {
		known = append(known, a.Fingerprint())
	}
	if len(known) > 0 {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.mark(known)
	}
	return w
}

// Close ends the watching. It may be called more than once.
func (w *Watcher) Close() {
	w.store.watching.Lock()
	defer w.store.watching.Unlock()
	w.store.watchers = slices.DeleteFunc(w.store.watchers, func(o *Watcher) bool { return o == w })
}

// Wake receives after something has changed. One value may stand for many
// changes.
func (w *Watcher) Wake() <-chan struct{} { return w.wake }

// Pending reports whether Take would return anything. It costs an atomic load.
func (w *Watcher) Pending() bool { return w.some.Load() }

// Take returns what has changed since the last Take, each alert once, in the
// order of the first change, as it is now. It returns nil if nothing has.
func (w *Watcher) Take() []Change {
	if !w.Pending() {
		return nil
	}
	w.mu.Lock()
	order := w.order
	w.order = nil
	w.dirty = make(map[alert.Fingerprint]struct{})
	w.some.Store(false)
	w.mu.Unlock()

	changes := make([]Change, len(order))
	for i, id := range order {
		a, _ := w.store.Get(id)
		changes[i] = Change{Fingerprint: id, Alert: a}
	}
	return changes
}

// mark adds alerts to what has changed; the watcher is locked.
func (w *Watcher) mark(ids []alert.Fingerprint) {
	for _, id := range ids {
		if _, already := w.dirty[id]; !already {
			w.dirty[id] = struct{}{}
			w.order = append(w.order, id)
		}
	}
	w.some.Store(true)
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func fingerprints(alerts []*alert.Alert) []alert.Fingerprint {
	ids := make([]alert.Fingerprint, len(alerts))
	for i, a := range alerts {
		ids[i] = a.Fingerprint()
	}
	return ids
}

// mark tells all watchers at once: none can take a batch before it is pending
// for the others. So the dispatcher never acts on an alert whose inhibition,
// which came with it, the inhibitor does not know.
func (s *Alerts) mark(ids []alert.Fingerprint) {
	if len(ids) == 0 {
		return
	}
	s.watching.RLock()
	defer s.watching.RUnlock()
	for _, w := range s.watchers {
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	for _, w := range s.watchers {
		w.mark(ids)
		s.metrics.published.WithLabelValues(w.name).Add(float64(len(ids)))
	}
}
