package event

import (
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// The structs below are the messages of proto3 JSON: names in camel case, 64-bit
// integers as strings, and nothing that has its default value.

type alertMessage struct {
	Fingerprint  string            `json:"fingerprint,omitempty"`
	Labels       map[string]string `json:"labels,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     stamp             `json:"startsAt,omitzero"`
	EndsAt       stamp             `json:"endsAt,omitzero"`
	UpdatedAt    stamp             `json:"updatedAt,omitzero"`
	GeneratorURL string            `json:"generatorUrl,omitempty"`
	Resolved     bool              `json:"resolved,omitempty"`
}

type groupMessage struct {
	ID       string            `json:"id,omitempty"`
	Key      string            `json:"key,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Receiver string            `json:"receiver,omitempty"`
}

type integrationMessage struct {
	Kind  string `json:"kind,omitempty"`
	Index int    `json:"index,omitempty"`
}

type matcherMessage struct {
	Type    string `json:"type,omitempty"`
	Name    string `json:"name,omitempty"`
	Pattern string `json:"pattern,omitempty"`
}

type matcherSetMessage struct {
	Matchers []matcherMessage `json:"matchers,omitempty"`
}

type silenceMessage struct {
	ID          string              `json:"id,omitempty"`
	MatcherSets []matcherSetMessage `json:"matcherSets,omitempty"`
	StartsAt    stamp               `json:"startsAt,omitzero"`
	EndsAt      stamp               `json:"endsAt,omitzero"`
	UpdatedAt   stamp               `json:"updatedAt,omitzero"`
	CreatedBy   string              `json:"createdBy,omitempty"`
	Comment     string              `json:"comment,omitempty"`
	Annotations map[string]string   `json:"annotations,omitempty"`
}

type aboutAlert struct {
	Alert    alertMessage  `json:"alert"`
	Group    *groupMessage `json:"group,omitempty"`
	Silences []string      `json:"silenceIds,omitempty"`
	Sources  []string      `json:"inhibitingFingerprints,omitempty"`
}

type aboutSilence struct {
	Silence silenceMessage `json:"silence"`
}

type notificationMessage struct {
	Group          groupMessage       `json:"group"`
	Integration    integrationMessage `json:"integration"`
	Alerts         []alertMessage     `json:"alerts,omitempty"`
	Firing         []string           `json:"firingHashes,omitempty"`
	Resolved       []string           `json:"resolvedHashes,omitempty"`
	Muted          []string           `json:"mutedHashes,omitempty"`
	RepeatInterval span               `json:"repeatInterval,omitzero"`
	Reason         string             `json:"reason,omitempty"`
	FlushID        uint64             `json:"flushId,omitempty,string"`
}

func (Startup) field() string              { return "alertmanagerStartupEvent" }
func (Shutdown) field() string             { return "alertmanagerShutdownEvent" }
func (AlertCreated) field() string         { return "alertCreated" }
func (AlertGrouped) field() string         { return "alertGrouped" }
func (AlertResolved) field() string        { return "alertResolved" }
func (Notification) field() string         { return "notification" }
func (SilenceCreated) field() string       { return "silenceCreated" }
func (SilenceUpdated) field() string       { return "silenceUpdated" }
func (SilenceMutedAlert) field() string    { return "silenceMutedAlert" }
func (InhibitionMutedAlert) field() string { return "inhibitionMutedAlert" }

func (Startup) message(time.Time) any  { return struct{}{} }
func (Shutdown) message(time.Time) any { return struct{}{} }

func (e AlertCreated) message(at time.Time) any { return aboutAlert{Alert: alertAt(e.Alert, at)} }

func (e AlertGrouped) message(at time.Time) any {
	g := e.Group.message()
	return aboutAlert{Alert: alertAt(e.Alert, at), Group: &g}
}

func (e AlertResolved) message(at time.Time) any {
	g := e.Group.message()
	return aboutAlert{Alert: alertAt(e.Alert, at), Group: &g}
}

func (e Notification) message(at time.Time) any {
	m := notificationMessage{
		Group:          e.Group.message(),
		Integration:    integrationMessage(e.Integration),
		Firing:         decimals(e.Firing),
		Resolved:       decimals(e.Resolved),
		Muted:          decimals(e.Muted),
		RepeatInterval: span(e.RepeatInterval),
		Reason:         e.Reason,
		FlushID:        e.FlushID,
	}
	for _, a := range e.Alerts {
		m.Alerts = append(m.Alerts, alertAt(a, at))
	}
	return m
}

func (e SilenceCreated) message(time.Time) any { return aboutSilence{e.Silence.message()} }

func (e SilenceUpdated) message(time.Time) any { return aboutSilence{e.Silence.message()} }

func (e SilenceMutedAlert) message(at time.Time) any {
	return aboutAlert{Alert: alertAt(e.Alert, at), Silences: e.Silences}
}

func (e InhibitionMutedAlert) message(at time.Time) any {
	return aboutAlert{Alert: alertAt(e.Alert, at), Sources: e.Sources}
}

func alertAt(a *alert.Alert, at time.Time) alertMessage {
	if a == nil {
		return alertMessage{}
	}
	return alertMessage{
		Fingerprint:  a.Fingerprint().String(),
		Labels:       a.Labels.Map(),
		Annotations:  a.Annotations.Map(),
		StartsAt:     stamp(a.StartsAt),
		EndsAt:       stamp(a.EndsAt),
		UpdatedAt:    stamp(a.UpdatedAt),
		GeneratorURL: a.GeneratorURL,
		Resolved:     a.ResolvedAt(at),
	}
}

func (g Group) message() groupMessage {
	return groupMessage{ID: g.ID, Key: g.Key, Labels: g.Labels.Map(), Receiver: g.Receiver}
}

func (s Silence) message() silenceMessage {
	var set matcherSetMessage
	for _, m := range s.Matchers {
		set.Matchers = append(set.Matchers, matcherMessage{Type: comparison(m.Type), Name: m.Name, Pattern: m.Value})
	}
	return silenceMessage{
		ID:          s.ID,
		MatcherSets: []matcherSetMessage{set},
		StartsAt:    stamp(s.StartsAt),
		EndsAt:      stamp(s.EndsAt),
		UpdatedAt:   stamp(s.UpdatedAt),
		CreatedBy:   s.CreatedBy,
		Comment:     s.Comment,
		Annotations: s.Annotations,
	}
}

// comparison is the name of a value of the enumeration; EQUAL is the default.
func comparison(t alert.MatchType) string {
	switch t {
	case alert.MatchRegexp:
		return "REGEXP"
	case alert.MatchNotEqual:
		return "NOT_EQUAL"
	case alert.MatchNotRegexp:
		return "NOT_REGEXP"
	default:
		return ""
	}
}

func decimals(hashes []uint64) []string {
	texts := make([]string, len(hashes))
	for i, h := range hashes {
		texts[i] = strconv.FormatUint(h, 10)
	}
	return texts
}
