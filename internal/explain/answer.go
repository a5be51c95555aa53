package explain

import "slices"

// Answer is what happens to one alert. Keys are not taken away or given another
// meaning; others may come.
type Answer struct {
	// Outcome is that of the group that most needs attention.
	Outcome Outcome `json:"outcome"`
	Source  Source  `json:"source"`
	Now     Time    `json:"now"`
	// At is the time for which silences and time intervals are looked at.
	At    Time  `json:"at"`
	Alert Alert `json:"alert"`
	// Similar are alerts that have the labels that were asked for, and others.
	Similar []Alert `json:"similar,omitempty"`
	// Routes are the nodes of the routing tree in the order in which they are tried.
	Routes []Route `json:"routes"`
	// Groups are those that the alert belongs to, one for each route that it takes.
	Groups []Group `json:"groups"`
	// Silences match the alert and are in force at that time, or will be.
	Silences []Silence `json:"silences"`
	// Inhibitions are the rules that have the alert as a target.
	Inhibitions []Inhibition `json:"inhibitions"`
	// NotKnown says what could not be looked at.
	NotKnown []string `json:"notKnown"`
	LeftOut  LeftOut  `json:"leftOut,omitzero"`
}

// Source is what an answer is made from.
type Source string

// The sources.
const (
	FromDaemon Source = "daemon"
	FromFile   Source = "file"
)

// Outcome is where an alert stands with a group, or an integration.
type Outcome string

// The outcomes. What needs most attention comes first.
const (
	Retrying   Outcome = "retrying"   // it could not be told, and is tried again
	Sending    Outcome = "sending"    // it is being told
	Pending    Outcome = "pending"    // it will be told when the group is looked at
	Told       Outcome = "told"       // it was told, and nothing is new
	Suppressed Outcome = "suppressed" // something keeps it quiet
	Nothing    Outcome = "nothing"    // there is nothing to tell, or nobody to be told
	Unknown    Outcome = "unknown"    // only a daemon could say
)

// First returns the outcome that most needs attention; Nothing if there is none.
func First(outcomes []Outcome) Outcome {
	for _, o := range []Outcome{Retrying, Sending, Pending, Told, Suppressed, Unknown} {
		if slices.Contains(outcomes, o) {
			return o
		}
	}
	return Nothing
}

// AlertState is what is known of an alert.
type AlertState string

// The states.
const (
	Firing   AlertState = "firing"
	Resolved AlertState = "resolved"
	// Imagined is an alert that the daemon does not know. It is explained as if it
	// began to fire.
	Imagined AlertState = "imagined"
)

// Alert is the alert that is explained.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Fingerprint string            `json:"fingerprint"`
	State       AlertState        `json:"state"`
	StartsAt    Time              `json:"startsAt,omitzero"`
	EndsAt      Time              `json:"endsAt,omitzero"`
	UpdatedAt   Time              `json:"updatedAt,omitzero"`
}

// LeftOut counts what is not in an answer because there is too much of it.
type LeftOut struct {
	Routes   int `json:"routes,omitempty"` // that do not match
	Silences int `json:"silences,omitempty"`
	Similar  int `json:"similar,omitempty"`
}

// Most is how much of each there is in an answer at most.
const (
	MostRoutes   = 500 // that do not match
	MostSilences = 100
	MostSimilar  = 10
)

// Result is what came of a node of the routing tree.
type Result string

// The results.
const (
	Matches Result = "matches"
	Differs Result = "differs"
	Skipped Result = "skipped" // an earlier one matches and does not continue
)

// Route is a node of the routing tree.
type Route struct {
	Path     string `json:"path"` // in the file, such as route.routes[2]
	Receiver string `json:"receiver"`
	Continue bool   `json:"continue"`
	Result   Result `json:"result"`
	// Taken says that the alert ends here: no node below it matches.
	Taken bool `json:"taken"`
	// StoppedBy is the path of the node because of which this one was skipped.
	StoppedBy string `json:"stoppedBy,omitempty"`
	Tests     []Test `json:"tests"`
}

// Test is a matcher and the value that it was tried on.
type Test struct {
	Matcher string `json:"matcher"`
	Label   string `json:"label"` // that the matcher is about
	Value   string `json:"value"` // empty if the alert does not have the label
	OK      bool   `json:"ok"`
}

// Silence is a silence that matches.
type Silence struct {
	ID        string   `json:"id"`
	State     string   `json:"state"` // active or pending
	Matchers  []string `json:"matchers"`
	StartsAt  Time     `json:"startsAt"`
	EndsAt    Time     `json:"endsAt"`
	CreatedBy string   `json:"createdBy"`
	Comment   string   `json:"comment"`
}

// Inhibition is a rule whose target the alert is.
type Inhibition struct {
	Rule   int      `json:"rule"` // its place among inhibit_rules
	Name   string   `json:"name,omitempty"`
	Source []string `json:"sourceMatchers"`
	Target []string `json:"targetMatchers"`
	Equal  []string `json:"equal"`
	// By is an alert that fires and keeps this one quiet; nil: none does.
	By *Alert `json:"by,omitempty"`
}
