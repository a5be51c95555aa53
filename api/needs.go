package api

import (
	"context"
	"iter"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Every method of these interfaces is called from many requests at once. None
// may keep a slice or map it was given, and callers change nothing they get
// back, except where a method says that it hands over a copy.

// Alerts is what the API needs of the memory for alerts.
type Alerts interface {
	// Put remembers a batch of valid alerts. When it returns nil they are
	// durable; an error that wraps ErrUnavailable says that they cannot be made so
	// now. The alerts belong to the store afterwards, the slice does not.
	Put(ctx context.Context, alerts []*alert.Alert) error
	// Get returns what is known under a fingerprint. It costs little: it is called
	// for every alert that is posted.
	Get(id alert.Fingerprint) (*alert.Alert, bool)
	// Among yields in any order every known alert that the matchers accept,
	// resolved ones too, and may yield others. It may miss or show what changes
	// meanwhile, and must not hold up Put for longer than it takes to copy
	// references: the consumer may be slow.
	Among(ms alert.Matchers) iter.Seq[*alert.Alert]
}

// Silence is one silence as clients see it.
type Silence struct {
	ID          string // empty in Set: create one
	Matchers    alert.Matchers
	StartsAt    time.Time
	EndsAt      time.Time
	UpdatedAt   time.Time // ignored in Set
	CreatedBy   string
	Comment     string
	Annotations alert.Labels
}

// Silences is what the API needs of the silences.
//
// An error that wraps ErrNotFound means that there is no silence with the ID;
// one that wraps ErrInvalid that the request can never succeed as it is, with a
// text meant for its author. Any other error is a fault of the daemon.
type Silences interface {
	// Set creates a silence, or updates the one with the ID, and returns the
	// ID that is in force from now on, which may be a new one. It is durable
	// when the error is nil. The caller has checked that the interval is not
	// empty and not over and that regular expressions compile; Set checks
	// everything else: names, values, that not every matcher accepts the
	// empty string, and limits. It moves a start in the past to now.
	Set(ctx context.Context, s Silence) (id string, err error)
	// Expire ends a silence now. To expire an expired one is not an error.
	Expire(ctx context.Context, id string) error
	// Get returns a silence, expired ones too for as long as they are kept.
	// The ID is compared literally.
	Get(id string) (Silence, bool)
	// All returns every silence in any order. The slice is the caller's.
	All() []Silence
}

// Receiver is one configured receiver.
type Receiver struct {
	Name string
	// Labels are those of the configuration. The label name, which every
	// receiver has automatically, is added here and need not be among them.
	Labels map[string]string
}

// Group is one group of alerts that waits to be told to one receiver.
type Group struct {
	Labels      alert.Labels // what the alerts have been grouped by
	Receiver    string
	RouteLabels map[string]string // as rendered for the alerts of the group
	Alerts      []*alert.Alert
	MutedBy     []string // names of the time intervals that mute the group
	// Names returns what tells the group from others. It costs a little.
	Names func() GroupNames
}

// GroupNames is what tells a group from others.
type GroupNames struct {
	ID    string // in URLs; the same after a restart and in every replica
	Key   string // as in notifications
	Route string // what the keys of all groups of its route begin with
}

// WholeGroup is a group with what tells it from others.
type WholeGroup struct {
	Group
	GroupNames
}

// Peer is one member of the cluster.
type Peer struct {
	Name    string
	Address string // ip:port
}

// Cluster is how this replica sees its cluster.
type Cluster struct {
	Name   string // of this replica; empty if clustering is off
	Status string // disabled, settling or ready
	Peers  []Peer // the living in any order, this replica included
	// Replicas are all of them, failed ones too, in the order in which they are
	// shown.
	Replicas []Replica
}

// Engine is everything that depends on the configuration that is running. Each
// answer is that of the configuration in force at the time of the call.
type Engine interface {
	// Receivers returns all configured receivers in the order of the file.
	Receivers() []Receiver
	// ReceiversOf returns the receiver of every route that l takes, in routing
	// order. A receiver that is reached twice is there twice.
	ReceiversOf(l alert.Labels) []string
	// Groups returns all groups in any order. It waits until the groups have
	// been built after a start or reload, or ctx is done. The outer slice is
	// the caller's, what the groups hold is not.
	Groups(ctx context.Context) ([]Group, error)
	// GroupsOf is as Groups, but with these alerts alone, and only the groups that
	// have one of them.
	GroupsOf(ctx context.Context, alerts []alert.Fingerprint) ([]Group, error)
	// GroupByID returns the group with the ID, which may be any text, and whether
	// there is one. Otherwise it is as Groups.
	GroupByID(ctx context.Context, id string) (WholeGroup, bool, error)
	// SilencedBy returns the IDs of the silences in force at now that match.
	SilencedBy(a *alert.Alert, now time.Time) []string
	// InhibitedBy returns the fingerprints of the alerts that inhibit a at now.
	InhibitedBy(a *alert.Alert, now time.Time) []string
	// ResolveTimeout is how long after its last report an alert without an end
	// counts as resolved.
	ResolveTimeout() time.Duration
	// ConfigText is the configuration in YAML, defaults filled in and secrets
	// hidden.
	ConfigText() string
	// Cluster returns the state of the cluster.
	Cluster() Cluster
}

// Lifecycle is the daemon as its operator sees it.
type Lifecycle interface {
	// Reload reads the configuration again. It returns when the new one is in
	// force, with the reason if the old one stays, or with the error of ctx
	// when that is done first.
	Reload(ctx context.Context) error
	// Ready returns nil when requests can be served and alerts be told, or the
	// reason why not yet.
	Ready() error
	// Impaired returns nil when all is well, or what does not work at the moment
	// although the daemon goes on, such as its disk.
	Impaired() error
}

// Trials is what the API needs to try out receivers.
type Trials interface {
	// Try tries out a receiver, whether a route uses it or not, and returns when
	// all its integrations have ended; when ctx is done they end early. An error
	// that wraps ErrNoReceiver or ErrTrialRuns is the client's. That an
	// integration fails is no error.
	Try(ctx context.Context, t Trial) ([]TrialResult, error)
}

// Snapshots is what the API needs to copy what is stored.
type Snapshots interface {
	// Make copies everything that is acknowledged by now into a new directory and
	// returns when that is complete and durable. An error that wraps
	// ErrUnavailable says that it cannot be made now; after any error there is no
	// directory.
	Make(ctx context.Context) (Snapshot, error)
}
