package notify

import (
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Reason says why something was told. The words are part of the webhook format.
type Reason string

// The reasons a notification can have.
const (
	ReasonNone        Reason = "none"
	ReasonFirst       Reason = "first notification"
	ReasonNew         Reason = "new alerts added"
	ReasonAllResolved Reason = "all alerts resolved"
	ReasonResolved    Reason = "some alerts resolved"
	ReasonRepeat      Reason = "repeat interval elapsed"
	ReasonUnknown     Reason = "unknown"
)

// state is what is true of a group, as far as one integration is concerned.
// The hashes are sorted.
type state struct {
	firing, resolved []uint64
	// owed are the resolved alerts among them that were muted when they ended
	// and that the integration still believes to fire.
	owed []uint64
	// hidden says that what was told as firing still fires, muted, and that
	// nothing that was told has resolved.
	hidden bool
	// unseen says that something has resolved of which the integration has not
	// heard, and of which it wants to.
	unseen       bool
	sendResolved bool
	repeat       time.Duration
	now          time.Time
}

// decide compares what an integration was last told, nil for nothing yet, with
// what is true. ReasonNone means that nothing is news.
func decide(last *Entry, s state) Reason {
	switch {
	case len(s.firing) == 0 && len(s.resolved) == 0:
		return ReasonNone // all are muted
	case last == nil && len(s.firing) > 0:
		return ReasonFirst
	case last == nil && s.unseen:
		return ReasonAllResolved
	case last == nil:
		return ReasonNone
	case !subset(s.firing, last.Firing) && len(last.Firing) == 0:
		return ReasonFirst
	case !subset(s.firing, last.Firing):
		return ReasonNew
	case len(s.firing) == 0 && s.hidden:
		return ReasonNone
	case len(s.firing) == 0 && (len(last.Firing) > 0 || len(s.owed) > 0 || s.unseen):
		return ReasonAllResolved
	case len(s.firing) == 0:
		return ReasonNone
	case s.sendResolved && !subset(s.resolved, last.Resolved):
		return ReasonResolved
	case last.Timestamp.Before(s.now.Add(-s.repeat)):
		return ReasonRepeat
	}
	return ReasonNone
}

// remains reports whether something that was news then, for an integration that was
// told last meanwhile, still is now.
func remains(last *Entry, then, now state) bool {
	if last == nil || last.Timestamp.Before(then.now.Add(-then.repeat)) {
		return true
	}
	return slices.ContainsFunc(then.firing, func(x uint64) bool {
		return !contains(last.Firing, x) && contains(now.firing, x)
	}) || slices.ContainsFunc(then.resolved, func(x uint64) bool {
		return (last.owes(x) || !contains(last.Resolved, x)) && contains(now.resolved, x)
	})
}

// subset reports whether every element of a is in b. Both are sorted.
func subset(a, b []uint64) bool {
	for _, x := range a {
		i, found := slices.BinarySearch(b, x)
		if !found {
			return false
		}
		b = b[i:]
	}
	return true
}

// contains reports whether x is in the sorted list.
func contains(sorted []uint64, x uint64) bool {
	_, found := slices.BinarySearch(sorted, x)
	return found
}

// hashAlert identifies an alert in the log: xxHash64 over the labels sorted by
// name, each as name 0xFF value 0xFF.
func hashAlert(a *alert.Alert) uint64 {
	var buf [512]byte
	b := buf[:0]
	for name, value := range a.Labels.All() {
		b = append(b, name...)
		b = append(b, 0xff)
		b = append(b, value...)
		b = append(b, 0xff)
	}
	return xxhash.Sum64(b)
}
