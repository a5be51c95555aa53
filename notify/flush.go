package notify

import (
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// Policy is how a route wants its groups to be told. It is shared by all groups
// of a route and never changes.
type Policy struct {
	Receiver        string
	Labels          map[string]template.Text // route labels, rendered for each flush
	ActiveIntervals []string
	MuteIntervals   []string
	RepeatInterval  time.Duration
	// SendMutedResolved says that an alert which was told as firing and resolves
	// while it is muted is told as resolved. Otherwise its end is never told.
	SendMutedResolved bool
	// SendUnseenResolved says that an alert which nobody was told of while it
	// fired, since it was too short or the receiver was down, is told as resolved.
	SendUnseenResolved bool
}

// Group names one group of alerts.
type Group struct {
	// ID is unique and stable across restarts and reloads; the log is kept
	// under it.
	ID string
	// Key is what users see. Groups of two routes with equal matchers share it.
	Key    string
	Labels alert.Labels
	Policy *Policy
}

// Flush is a group at one moment, on its way to a receiver. Stages hand it on
// by value; the slices in it are shared and never changed in place.
type Flush struct {
	Group Group
	// ID counts the ticks of the group, from 1. What is looked at between ticks
	// has that of the last one.
	ID uint64
	// Now decides everything that depends on time; nobody asks the clock again.
	Now time.Time
	// All is the whole group, sorted by alert.Sort.
	All []*alert.Alert
	// Alerts is what is left to tell.
	Alerts []*alert.Alert
	// Owed holds alerts that are resolved and muted. They are told only to an
	// integration that was told that they fire.
	Owed []*alert.Alert
	// MutedBy names the time intervals that keep the whole group quiet, once
	// for each sub-interval that matches.
	MutedBy []string
	// Trace is the span of the tick that the flush is of, if it has one.
	Trace trace.SpanContext
}

// Empty reports whether nothing is left to tell anybody.
func (f Flush) Empty() bool { return len(f.Alerts) == 0 && len(f.Owed) == 0 }
