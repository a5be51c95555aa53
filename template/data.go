package template

import (
	"regexp"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// The two values of Data.Status and Alert.Status.
const (
	StatusFiring   = "firing"
	StatusResolved = "resolved"
)

// Data is the dot of every template and, as JSON, the core of a webhook body.
// Data made by NewData has no nil maps and no nil lists.
type Data struct {
	Receiver           string `json:"receiver"` // regexp-quoted
	Status             string `json:"status"`   // firing if any alert is
	Alerts             Alerts `json:"alerts"`
	NotificationReason string `json:"notification_reason"`
	GroupLabels        KV     `json:"groupLabels"`
	CommonLabels       KV     `json:"commonLabels"`      // pairs that all alerts share
	CommonAnnotations  KV     `json:"commonAnnotations"` // pairs that all alerts share
	RouteLabels        KV     `json:"routeLabels"`
	ExternalURL        string `json:"externalURL"` // without trailing slash
	// Kept is what the integration keeps of earlier answers of its service; not
	// in JSON, and nil for most integrations.
	Kept KV `json:"-"`
}

// Alert is one alert as templates and webhooks see it.
type Alert struct {
	Status       string    `json:"status"`
	Labels       KV        `json:"labels"`
	Annotations  KV        `json:"annotations"`
	StartsAt     time.Time `json:"startsAt"`
	EndsAt       time.Time `json:"endsAt"` // zero while firing
	GeneratorURL string    `json:"generatorURL"`
	Fingerprint  string    `json:"fingerprint"` // 16 hexadecimal digits
}

// Alerts is the list of alerts in a notification.
type Alerts []Alert

// Firing returns the alerts that are firing; never nil.
func (as Alerts) Firing() []Alert { return as.with(StatusFiring) }

// Resolved returns the alerts that are resolved; never nil.
func (as Alerts) Resolved() []Alert { return as.with(StatusResolved) }

func (as Alerts) with(status string) []Alert {
	found := make([]Alert, 0, len(as))
	for _, a := range as {
		if a.Status == status {
			found = append(found, a)
		}
	}
	return found
}

// Batch is what Data is made from.
type Batch struct {
	Receiver    string            // name as configured
	Reason      string            // why the notification is sent, in words
	Now         time.Time         // decides which alerts are firing
	GroupLabels alert.Labels      // what the group has in common by definition
	RouteLabels map[string]string // rendered; kept and never changed
	Alerts      []*alert.Alert    // in the order to show
	ExternalURL string            // without trailing slash
}

// NewData makes the dot for a batch. Alerts that fire at Now have no end.
func NewData(b Batch) *Data {
	d := &Data{
		Receiver:           regexp.QuoteMeta(b.Receiver),
		Status:             b.status(),
		Alerts:             newAlerts(b.Alerts, b.Now),
		NotificationReason: b.Reason,
		GroupLabels:        b.GroupLabels.Map(),
		CommonLabels:       b.common(labelsOfAlert).kv(),
		CommonAnnotations:  b.common(annotationsOfAlert).kv(),
		RouteLabels:        b.RouteLabels,
		ExternalURL:        b.ExternalURL,
	}
	if d.RouteLabels == nil {
		d.RouteLabels = KV{}
	}
	return d
}

func newAlerts(list []*alert.Alert, now time.Time) Alerts {
	alerts := make(Alerts, len(list))
	for i, a := range list {
		alerts[i] = newAlert(a, now)
	}
	return alerts
}

// status is firing if any alert is.
func (b Batch) status() string {
	if slices.ContainsFunc(b.Alerts, func(a *alert.Alert) bool { return !a.ResolvedAt(b.Now) }) {
		return StatusFiring
	}
	return StatusResolved
}

func newAlert(a *alert.Alert, now time.Time) Alert {
	shown := Alert{
		Status:       StatusFiring,
		Labels:       a.Labels.Map(),
		Annotations:  a.Annotations.Map(),
		StartsAt:     a.StartsAt.Round(0), // or it would be printed with a monotonic reading
		GeneratorURL: a.GeneratorURL,
		Fingerprint:  a.Fingerprint().String(),
	}
	if a.ResolvedAt(now) {
		shown.Status, shown.EndsAt = StatusResolved, a.EndsAt.Round(0)
	}
	return shown
}

func labelsOfAlert(a *alert.Alert) alert.Labels      { return a.Labels }
func annotationsOfAlert(a *alert.Alert) alert.Labels { return a.Annotations }

// common returns the pairs that all alerts have, sorted by name.
func (b Batch) common(of func(*alert.Alert) alert.Labels) Pairs {
	if len(b.Alerts) == 0 {
		return nil
	}
	first := of(b.Alerts[0])
	shared := make(Pairs, 0, first.Len())
	for name, value := range first.All() {
		shared = append(shared, Pair{name, value})
	}
	for _, a := range b.Alerts[1:] {
		shared = shared.among(of(a))
	}
	return shared
}

// among keeps the pairs that are in a set, too. Both are sorted by name.
func (ps Pairs) among(set alert.Labels) Pairs {
	kept := ps[:0]
	for name, value := range set.All() {
		for len(ps) > 0 && ps[0].Name < name {
			ps = ps[1:]
		}
		if len(ps) == 0 {
			break
		}
		if ps[0] == (Pair{name, value}) {
			kept = append(kept, ps[0])
		}
	}
	return kept
}

func (ps Pairs) kv() KV {
	kv := make(KV, len(ps))
	for _, p := range ps {
		kv[p.Name] = p.Value
	}
	return kv
}
