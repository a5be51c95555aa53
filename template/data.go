package template

import (
	"maps"
	"regexp"
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
	alerts, status := newAlerts(b.Alerts, b.Now)
	d := &Data{
		Receiver:           regexp.QuoteMeta(b.Receiver),
		Status:             status,
		Alerts:             alerts,
		NotificationReason: b.Reason,
		GroupLabels:        b.GroupLabels.Map(),
		CommonLabels:       common(alerts, func(a Alert) KV { return a.Labels }),
		CommonAnnotations:  common(alerts, func(a Alert) KV { return a.Annotations }),
		RouteLabels:        b.RouteLabels,
		ExternalURL:        b.ExternalURL,
	}
	if d.RouteLabels == nil {
		d.RouteLabels = KV{}
	}
	return d
}

func newAlerts(list []*alert.Alert, now time.Time) (alerts Alerts, status string) {
	alerts, status = make(Alerts, len(list)), StatusResolved
	for i, a := range list {
		alerts[i] = newAlert(a, now)
		if alerts[i].Status == StatusFiring {
			status = StatusFiring
		}
	}
	return alerts, status
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

func common(alerts Alerts, pairs func(Alert) KV) KV {
	if len(alerts) == 0 {
		return KV{}
	}
	shared := maps.Clone(pairs(alerts[0]))
	for _, a := range alerts[1:] {
		other := pairs(a)
		maps.DeleteFunc(shared, func(name, value string) bool {
			v, ok := other[name]
			return !ok || v != value
		})
	}
	return shared
}
