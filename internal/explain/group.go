package explain

// Group is a group that the alert belongs to, or would.
type Group struct {
	Outcome  Outcome           `json:"outcome"`
	Route    string            `json:"route"` // the path of its route
	Receiver string            `json:"receiver"`
	Key      string            `json:"groupKey"`
	ID       string            `json:"id"` // in URLs
	Labels   map[string]string `json:"labels"`
	// The timers are in seconds.
	GroupWait      Seconds `json:"groupWait"`
	GroupInterval  Seconds `json:"groupInterval"`
	RepeatInterval Seconds `json:"repeatInterval"`
	// Exists says that there is such a group now, and Member that it has the alert.
	Exists bool `json:"exists"`
	Member bool `json:"member"`
	// What there is in it.
	Firing   int `json:"firing"`
	Resolved int `json:"resolved"`
	// NextLook is when it is looked at what there is to tell.
	NextLook Time `json:"nextLook,omitzero"`
	// Busy says that the group is being looked at.
	Busy bool `json:"busy"`
	// Quiet is what keeps the alert quiet.
	Quiet        []Quiet       `json:"quiet"`
	Intervals    []Interval    `json:"intervals"`
	Integrations []Integration `json:"integrations"`
}

// Cause is a kind of what keeps an alert quiet. The words are those of
// tocsin's metric of suppressed notifications.
type Cause string

// The causes.
const (
	BySilence        Cause = "silence"
	ByInhibition     Cause = "inhibition"
	ByMuteInterval   Cause = "mute_time_interval"
	ByActiveInterval Cause = "active_time_interval"
)

// Quiet is something that keeps an alert quiet.
type Quiet struct {
	Cause Cause `json:"cause"`
	// By are ids of silences, fingerprints of alerts or names of time intervals.
	By []string `json:"by"`
	// Until is when it ends; zero: that cannot be said.
	Until Time `json:"until,omitzero"`
}

// Interval is a time interval that the route of a group names.
type Interval struct {
	Name string `json:"name"`
	// Active says that it is one of those in which the group may speak, rather than
	// one of those in which it may not.
	Active   bool `json:"active"`
	Contains bool `json:"contains"`
	// Changes is when it begins or ends next; zero: not within a week.
	Changes Time `json:"changes,omitzero"`
}

// Integration is one integration of the receiver of a group.
type Integration struct {
	Name         string  `json:"name"` // such as slack[0]
	Outcome      Outcome `json:"outcome"`
	SendResolved bool    `json:"sendResolved"`
	// Told is what it was told last about the group; nil: nothing that is remembered.
	Told *Notice `json:"told,omitempty"`
	// Next is what it will be told if nothing changes; nil: nothing.
	Next *Next `json:"next,omitempty"`
	// Delivery is what is on its way; nil: nothing.
	Delivery *Delivery `json:"delivery,omitempty"`
	// Failure is a notification that was given up; nil: there is none since the
	// last one that got through, or since the start.
	Failure *Failure `json:"failure,omitempty"`
	// Breaker is there while the service does not answer.
	Breaker *Breaker `json:"breaker,omitempty"`
}

// Notice is a notification that got through.
type Notice struct {
	At Time `json:"at"`
	// Alert is what was said of the alert: firing, resolved, or nothing if it is empty.
	Alert AlertState `json:"alert,omitempty"`
	// How many alerts of the group were told as firing and as resolved.
	Firing   int `json:"firing"`
	Resolved int `json:"resolved"`
}

// Next is a notification about the alert that is expected.
type Next struct {
	At     Time   `json:"at"` // at the latest, if nothing keeps it from being told
	Reason string `json:"reason"`
}

// Way is where a notification is on its way.
type Way string

// The places on the way.
const (
	InLine    Way = "in line" // for the integration
	BeingTold Way = "being sent"
	Resting   Way = "resting" // between two attempts
	ForPeers  Way = "waiting" // for another replica, whose turn it is
)

// Delivery is a notification about the group on its way.
type Delivery struct {
	State    Way    `json:"state"`
	Since    Time   `json:"since"`
	Attempts int    `json:"attempts"`
	Next     Time   `json:"nextAttempt,omitzero"`
	Error    string `json:"error,omitempty"` // of the last attempt
}

// Failure is a notification that could not be told, and was given up.
type Failure struct {
	At    Time   `json:"at"`
	Error string `json:"error"`
}

// Breaker says that a service is taken for dead.
type Breaker struct {
	Failures int  `json:"failures"` // in a row
	Until    Time `json:"until"`    // no attempt before
}
