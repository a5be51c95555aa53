package notify

import "github.com/tocsin-alerting/tocsin/template"

// Payload is a notification for programs: as JSON it is version 4 of the
// message of Alertmanager's webhook.
type Payload struct {
	*template.Data
	Version         string `json:"version"`
	GroupKey        string `json:"groupKey"`
	TruncatedAlerts uint64 `json:"truncatedAlerts"`
}

// Payload returns the notification for programs, with at most so many alerts; 0
// means all of them. It shares the data of the notification.
func (n *Notification) Payload(most uint64) Payload {
	first, cut := n.First(most)
	return Payload{Data: first.dot(), Version: "4", GroupKey: n.GroupKey, TruncatedAlerts: cut}
}
