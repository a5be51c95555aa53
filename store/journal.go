package store

import (
	"context"
	"iter"

	"github.com/tocsin-alerting/tocsin/alert"
)

// A Journal keeps alerts beyond the life of the process. Put, Extend and Delete
// enter what is to be written; they are called with the alert locked, so that
// their order for one alert is the order in which it changed, and must neither
// block nor fail. All methods but All are called from many goroutines at once.
type Journal interface {
	// Put enters the state of an alert, in place of an earlier one.
	Put(a *alert.Alert)
	// Extend enters an alert of which only the end and the time of the last
	// report have moved on. It need not become durable before Sync returns:
	// losing the last moments of it loses nothing, since the sender repeats it.
	Extend(a *alert.Alert)
	// Delete enters that an alert is forgotten. It may come back after a crash:
	// an alert that does is old, not wrong.
	Delete(id alert.Fingerprint)
	// Sync returns nil once everything that was Put before the call is durable.
	// After an error it may or may not be; the journal goes on trying to write
	// it, and until that has worked every Sync fails. Callers that wait at the
	// same time share the cost.
	Sync(ctx context.Context) error
	// All yields what was entered and not deleted, in no promised order. It
	// is called once, before anything else.
	All() iter.Seq2[*alert.Alert, error]
}

// NoJournal is the Journal that keeps nothing.
type NoJournal struct{}

// Put does nothing.
func (NoJournal) Put(*alert.Alert) {}

// Extend does nothing.
func (NoJournal) Extend(*alert.Alert) {}

// Delete does nothing.
func (NoJournal) Delete(alert.Fingerprint) {}

// Sync returns nil.
func (NoJournal) Sync(context.Context) error { return nil }

// All yields nothing.
func (NoJournal) All() iter.Seq2[*alert.Alert, error] {
	return func(func(*alert.Alert, error) bool) {}
}
