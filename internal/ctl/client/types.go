package client

import (
	"encoding/json"
	"time"
)

// The types below have their fields in the order in which API v2 writes them, so
// that what a command prints as JSON looks like an answer of the API.

// timeLayout is how the API writes times.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Time is an instant that is written as the API does, in milliseconds and with the
// offset that it was given with.
type Time struct{ time.Time }

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// String is the time as the API writes it.
func (t Time) String() string { return t.Format(timeLayout) }

// Alert is an alert that the daemon knows.
type Alert struct {
	Annotations  map[string]string `json:"annotations"`
	EndsAt       Time              `json:"endsAt"`
	Fingerprint  string            `json:"fingerprint"`
	Receivers    []Name            `json:"receivers"`
	StartsAt     Time              `json:"startsAt"`
	Status       AlertStatus       `json:"status"`
	UpdatedAt    Time              `json:"updatedAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
	Labels       map[string]string `json:"labels"`
}

// Name is the name of a receiver.
type Name struct {
	Name string `json:"name"`
}

// AlertStatus is what keeps an alert quiet, if anything does.
type AlertStatus struct {
	InhibitedBy []string `json:"inhibitedBy"`
	MutedBy     []string `json:"mutedBy,omitzero"` // nil: the daemon is too old to say
	SilencedBy  []string `json:"silencedBy"`
	State       string   `json:"state"`
}

// NewAlert is an alert to be added. Times that are nil are left to the daemon.
type NewAlert struct {
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     *Time             `json:"startsAt,omitempty"`
	EndsAt       *Time             `json:"endsAt,omitempty"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
	Labels       map[string]string `json:"labels"`
}

// The states of a silence.
const (
	Active  = "active"
	Pending = "pending"
	Expired = "expired"
)

// Silence is a silence that the daemon knows.
type Silence struct {
	ID          string            `json:"id"`
	Status      SilenceStatus     `json:"status"`
	UpdatedAt   Time              `json:"updatedAt"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Comment     string            `json:"comment"`
	CreatedBy   string            `json:"createdBy"`
	EndsAt      Time              `json:"endsAt"`
	Matchers    []Matcher         `json:"matchers"`
	StartsAt    Time              `json:"startsAt"`
}

// SilenceStatus says whether a silence is in force.
type SilenceStatus struct {
	State string `json:"state"`
}

// NewSilence is a silence to be set. With an identifier it changes the one that
// has it.
type NewSilence struct {
	ID          string            `json:"id,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Comment     string            `json:"comment"`
	CreatedBy   string            `json:"createdBy"`
	EndsAt      Time              `json:"endsAt"`
	Matchers    []Matcher         `json:"matchers"`
	StartsAt    Time              `json:"startsAt"`
}

// Matcher is one test of a silence.
type Matcher struct {
	IsEqual bool   `json:"isEqual"`
	IsRegex bool   `json:"isRegex"`
	Name    string `json:"name"`
	Value   string `json:"value"`
}

// UnmarshalJSON reads a matcher; one that does not say so tests for equality, as
// old backups have it.
func (m *Matcher) UnmarshalJSON(text []byte) error {
	type plain Matcher
	read := plain{IsEqual: true}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*m = Matcher(read)
	return nil
}

// DaemonStatus is what a daemon says of itself.
type DaemonStatus struct {
	Cluster Cluster `json:"cluster"`
	Config  struct {
		Original string `json:"original"`
	} `json:"config"`
	Uptime  Time    `json:"uptime"` // since when it runs
	Version Version `json:"versionInfo"`
}

// Cluster is the state of the replicas.
type Cluster struct {
	Name   string `json:"name,omitempty"`
	Peers  []Peer `json:"peers"`
	Status string `json:"status"`
}

// Peer is one replica.
type Peer struct {
	Address string `json:"address"` // IP:port
	Name    string `json:"name"`
}

// Version is how a daemon was built. What is not known is empty.
type Version struct {
	Branch    string `json:"branch"`
	BuildDate string `json:"buildDate"`
	BuildUser string `json:"buildUser"`
	GoVersion string `json:"goVersion"`
	Revision  string `json:"revision"`
	Version   string `json:"version"`
}
