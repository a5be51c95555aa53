package store

import (
	"context"
	"iter"

	"github.com/tocsin-alerting/tocsin/alert"
)

// A Journal keeps alerts beyond the life of the process. Alerts come in batches
// and faster than anything else, so they have a seam of their own beside Table.
// All methods but All are called from many goroutines at once.
type Journal interface {
	// Append returns nil only when every alert is durable as it is now. It may
	// block, and callers that wait at the same time may share one sync.
	Append(ctx context.Context, alerts []*alert.Alert) error
	// Refresh records alerts of which only the end has moved on. It must not
	// wait for a sync: losing the last moments of a refresh loses nothing,
	// since the sender repeats it.
	Refresh(alerts []*alert.Alert)
	// Forget deletes alerts. They may come back after a crash: an alert that
	// does is old, not wrong.
	Forget(ids []alert.Fingerprint)
	// All yields what was appended and not forgotten, in no promised order. It
	// is called once, before anything else.
	All() iter.Seq2[*alert.Alert, error]
}

// NoJournal is the Journal that keeps nothing.
type NoJournal struct{}

// Append forgets the alerts at once.
func (NoJournal) Append(context.Context, []*alert.Alert) error { return nil }

// Refresh does nothing.
func (NoJournal) Refresh([]*alert.Alert) {}

// Forget does nothing.
func (NoJournal) Forget([]alert.Fingerprint) {}

// All yields nothing.
func (NoJournal) All() iter.Seq2[*alert.Alert, error] {
	return func(func(*alert.Alert, error) bool) {}
}
