package event

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Event is one thing that happened: one of the types of this package. What it
// refers to is read after it was recorded and must not change any more.
type Event interface {
	// Type is the name under which the event is counted.
	Type() string
	// field is what the event is called in JSON.
	field() string
	// message is what JSON says of an event that happened at that time.
	message(at time.Time) any
}

// Group is a group of alerts as events name it.
type Group struct {
	ID       string // unique
	Key      string // what users see
	Labels   alert.Labels
	Receiver string
}

// Integration is one way to tell a receiver.
type Integration struct {
	Kind  string // such as webhook
	Index int    // place among the receiver's integrations of this kind
}

// Silence is a silence as it is after it has changed.
type Silence struct {
	ID                          string
	Matchers                    alert.Matchers
	StartsAt, EndsAt, UpdatedAt time.Time
	CreatedBy, Comment          string
	Annotations                 map[string]string
}

// Startup says that the daemon runs.
type Startup struct{}

// Shutdown says that the daemon has stopped, and is the last event.
type Shutdown struct{}

// AlertCreated says that an alert was reported that was not known.
type AlertCreated struct{ Alert *alert.Alert }

// AlertGrouped says that a report of an alert was put into a group.
type AlertGrouped struct {
	Alert *alert.Alert
	Group Group
}

// AlertResolved says that an alert is over and has left a group: nobody has to be
// told of it any more.
type AlertResolved struct {
	Alert *alert.Alert
	Group Group
}

// Notification says that an integration was told.
type Notification struct {
	Group       Group
	Integration Integration
	Alerts      []*alert.Alert // that the message was about
	// The hashes identify alerts of the group in the notification log.
	Firing, Resolved, Muted []uint64
	RepeatInterval          time.Duration
	Reason                  string
	FlushID                 uint64 // counts the ticks of the group, from 1
}

// SilenceCreated says that there is a new silence.
type SilenceCreated struct{ Silence Silence }

// SilenceUpdated says that a silence was changed or ended by somebody.
type SilenceUpdated struct{ Silence Silence }

// SilenceMutedAlert says that silences kept an alert quiet when its group spoke.
type SilenceMutedAlert struct {
	Alert    *alert.Alert
	Silences []string // ids
}

// InhibitionMutedAlert says that other alerts kept an alert quiet when its group
// spoke.
type InhibitionMutedAlert struct {
	Alert   *alert.Alert
	Sources []string // fingerprints
}

// kinds has an event of every type.
func kinds() []Event {
	return []Event{
		Startup{},
		Shutdown{},
		AlertCreated{},
		AlertGrouped{},
		AlertResolved{},
		Notification{},
		SilenceCreated{},
		SilenceUpdated{},
		SilenceMutedAlert{},
		InhibitionMutedAlert{},
	}
}

// Type implements Event.
func (Startup) Type() string { return "alertmanager_startup_event" }

// Type implements Event.
func (Shutdown) Type() string { return "alertmanager_shutdown_event" }

// Type implements Event.
func (AlertCreated) Type() string { return "alert_created" }

// Type implements Event.
func (AlertGrouped) Type() string { return "alert_grouped" }

// Type implements Event.
func (AlertResolved) Type() string { return "alert_resolved" }

// Type implements Event.
func (Notification) Type() string { return "notification" }

// Type implements Event.
func (SilenceCreated) Type() string { return "silence_created" }

// Type implements Event.
func (SilenceUpdated) Type() string { return "silence_updated" }

// Type implements Event.
func (SilenceMutedAlert) Type() string { return "silence_muted_alert" }

// Type implements Event.
func (InhibitionMutedAlert) Type() string { return "inhibition_muted_alert" }
