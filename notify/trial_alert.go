package notify

import (
	"fmt"
	"maps"
	"time"

	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// testName is the name of test alerts that have no other.
const testName = "TocsinTest"

// TestAlert returns an alert that fires from now on and says that it is a test of
// a receiver. Labels and annotations that are given come before those that it has
// otherwise, but for the one that marks it.
func TestAlert(receiver string, now time.Time, labels, annotations map[string]string) *alert.Alert {
	l := map[string]string{model.AlertNameLabel: testName}
	maps.Copy(l, labels)
	text := map[string]string{"summary": fmt.Sprintf("Test of the receiver %s: nothing is wrong", receiver)}
	maps.Copy(text, annotations)
	text["tocsin_test"] = "This is a test. It was sent to find out whether the receiver works; there is nothing to do."
	a := alert.New(alert.LabelsFromMap(l))
	a.Annotations = alert.LabelsFromMap(text)
	a.StartsAt, a.UpdatedAt = now, now
	return a
}

// notification is what an integration is told. Its group is no group that there
// is, and another one for each trial, so that services see no repetition.
func (t Trial) notification() *Notification {
	now := time.Now()
	alerts := t.Alerts
	if len(alerts) == 0 {
		alerts = []*alert.Alert{TestAlert(t.Receiver, now, nil, nil)}
	}
	group := commonName(alerts)
	key := fmt.Sprintf("{}/{tocsin_test=%q}:%s", now.UTC().Format(time.RFC3339Nano), group)
	return NewNotification(key, template.Batch{
		Receiver:    t.Receiver,
		Reason:      string(ReasonFirst),
		Now:         now,
		GroupLabels: group,
		Alerts:      alerts,
		ExternalURL: t.ExternalURL,
	}, t.Templates)
}

// commonName is the alertname of all alerts, if it is one.
func commonName(alerts []*alert.Alert) alert.Labels {
	name := alerts[0].Name()
	for _, a := range alerts {
		if a.Name() != name {
			return alert.Labels{}
		}
	}
	return alert.LabelsOf(model.AlertNameLabel, name)
}
