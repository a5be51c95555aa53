package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestPayload(t *testing.T) {
	templates, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	n := NewNotification("{}:{}", template.Batch{
		Receiver: "r",
		Now:      time.Unix(100, 0),
		Alerts:   []*alert.Alert{alert.New(alert.LabelsOf("a", "1")), alert.New(alert.LabelsOf("a", "2"))},
	}, templates)
	for most, want := range map[uint64][]string{
		0: {`"version":"4"`, `"groupKey":"{}:{}"`, `"truncatedAlerts":0`, `"labels":{"a":"1"}`, `"labels":{"a":"2"}`},
		1: {`"truncatedAlerts":1`, `"labels":{"a":"1"}`, `"commonLabels":{"a":"1"}`},
	} {
		text, err := json.Marshal(n.Payload(most))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(string(text), part) {
				t.Errorf("at most %d: no %s in %s", most, part, text)
			}
		}
		if most == 1 && strings.Contains(string(text), `"2"`) {
			t.Errorf("the second of at most one alert is in %s", text)
		}
	}
}
