package store

import (
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// limiter admits a bounded number of alerts with the same name, so that one rule
// gone wild does not bury everything else.
type limiter struct {
	most int // 0 or less: any number

	mu    sync.Mutex
	names map[string]*bucket
}

// bucket holds the alerts of one name that take up a place, and when they end.
type bucket struct {
	ends map[alert.Fingerprint]time.Time
	// sweep is before the first of them ends: until then it is of no use to look
	// for one that has.
	sweep time.Time
}

// admit reports whether there is a place for a report that comes at now. An alert
// that has one keeps it; one that has ended gives its place up when it is needed.
func (l *limiter) admit(a *alert.Alert, now time.Time) bool {
	if l.most <= 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.names[a.Name()]
	if b == nil {
		b = &bucket{ends: make(map[alert.Fingerprint]time.Time)}
		l.names[a.Name()] = b
	}
	id := a.Fingerprint()
	if _, has := b.ends[id]; !has && len(b.ends) >= l.most && !b.makeRoom(now) {
		return false
	}
	b.ends[id] = a.EndsAt
	if a.EndsAt.Before(b.sweep) {
		b.sweep = a.EndsAt
	}
	return true
}

// makeRoom takes the place of an alert that has ended, of the one that ended
// first.
func (b *bucket) makeRoom(now time.Time) bool {
	if now.Before(b.sweep) {
		return false
	}
	var first alert.Fingerprint
	var end time.Time
	for id, ends := range b.ends {
		if end.IsZero() || ends.Before(end) {
			first, end = id, ends
		}
	}
	b.sweep = end
	if end.After(now) {
		return false
	}
	delete(b.ends, first)
	return true
}

// forget gives up the places of alerts that the store has forgotten.
func (l *limiter) forget(gone []*alert.Alert) {
	if l.most <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range gone {
		b := l.names[a.Name()]
		if b == nil {
			continue
		}
		delete(b.ends, a.Fingerprint())
		if len(b.ends) == 0 {
			delete(l.names, a.Name())
		}
	}
}
