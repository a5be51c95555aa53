package notify

import (
	"encoding/json"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/template"
)

// Reference takes the place of a payload that is too large: what the group is,
// how many alerts there are, and where to get them. Programs that read version 4
// of the payload find the same keys, and no alerts.
type Reference struct {
	Receiver        string      `json:"receiver"` // regexp-quoted
	Status          string      `json:"status"`
	Alerts          []struct{}  `json:"alerts"` // always empty
	Reason          string      `json:"notification_reason"`
	GroupLabels     template.KV `json:"groupLabels"`
	CommonLabels    template.KV `json:"commonLabels"`
	ExternalURL     string      `json:"externalURL"`
	Version         string      `json:"version"`
	GroupKey        string      `json:"groupKey"`
	TruncatedAlerts int         `json:"truncatedAlerts"` // all of them
	Counts          Counts      `json:"counts"`
	Reference       string      `json:"reference"` // see Notification.Link
}

// Counts says how many alerts of a notification are in which state.
type Counts struct {
	Firing   int `json:"firing"`
	Resolved int `json:"resolved"`
}

// Reference returns the notification without its alerts. It shares the data of
// the notification.
func (n *Notification) Reference() Reference {
	data := n.dot()
	firing := len(data.Alerts.Firing())
	return Reference{
		Receiver:        data.Receiver,
		Status:          data.Status,
		Alerts:          []struct{}{},
		Reason:          data.NotificationReason,
		GroupLabels:     data.GroupLabels,
		CommonLabels:    data.CommonLabels,
		ExternalURL:     data.ExternalURL,
		Version:         "4",
		GroupKey:        n.GroupKey,
		TruncatedAlerts: len(n.Alerts),
		Counts:          Counts{Firing: firing, Resolved: len(data.Alerts) - firing},
		Reference:       n.Link(),
	}
}

// Fit is a payload, or if that has more than most bytes the reference in its
// place, as JSON with a line break behind it. 0 means no limit. If even the
// reference has too many, it is without common labels. Fit says in the log if it
// replaces the payload.
func (d Deps) Fit(integration string, n *Notification, payload []byte, most uint64) []byte {
	if most == 0 || uint64(len(payload)) <= most {
		return payload
	}
	_ = level.Warn(d.LoggerFor(integration, n)).Log("msg", "Replaced a payload that is too large by a reference", "key", "max_bytes", "bytes", len(payload))
	r := n.Reference()
	short := r.encode()
	if uint64(len(short)) > most {
		r.CommonLabels = template.KV{}
		short = r.encode()
	}
	return short
}

func (r Reference) encode() []byte {
	b, _ := json.Marshal(r) // texts and numbers have a form in JSON
	return append(b, '\n')
}
