package template

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestNewData(t *testing.T) {
	firing, resolved := firingExample(), resolvedExample()
	want := &Data{
		Receiver: `team\.db`,
		Status:   "firing",
		Alerts: Alerts{
			{
				Status:       "firing",
				Labels:       KV{"alertname": "DiskFull", "env": "prod", "host": "h1", "severity": "warning"},
				Annotations:  KV{"runbook": "http://rb", "summary": "disk <90%>"},
				StartsAt:     exampleStart(),
				GeneratorURL: "http://prom/g?x=1&y=2",
				Fingerprint:  firing.Fingerprint().String(),
			},
			{
				Status:       "resolved",
				Labels:       KV{"alertname": "DiskFull", "env": "prod", "host": "h2", "severity": "warning"},
				Annotations:  KV{"summary": "disk <90%>"},
				StartsAt:     exampleStart(),
				EndsAt:       exampleEnd(),
				GeneratorURL: "http://prom/g2",
				Fingerprint:  resolved.Fingerprint().String(),
			},
		},
		NotificationReason: "first notification",
		GroupLabels:        KV{"alertname": "DiskFull"},
		CommonLabels:       KV{"alertname": "DiskFull", "env": "prod", "severity": "warning"},
		CommonAnnotations:  KV{"summary": "disk <90%>"},
		RouteLabels:        KV{"team": "db"},
		ExternalURL:        "http://am.example/am",
	}
	if diff := cmp.Diff(want, example(firing, resolved)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStatusDependsOnNow(t *testing.T) {
	tests := []struct {
		name    string
		end     time.Time
		status  string
		wantEnd time.Time
	}{
		{"no end", time.Time{}, "firing", time.Time{}},
		{"ends later", exampleNow().Add(time.Nanosecond), "firing", time.Time{}},
		{"ends now", exampleNow(), "resolved", exampleNow()},
		{"ended", exampleEnd(), "resolved", exampleEnd()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := example(exampleAlert("h1", "", tt.end))
			if d.Status != tt.status || d.Alerts[0].Status != tt.status || !d.Alerts[0].EndsAt.Equal(tt.wantEnd) {
				t.Errorf("got %s, %s until %v", d.Status, d.Alerts[0].Status, d.Alerts[0].EndsAt)
			}
		})
	}
}

func TestCommon(t *testing.T) {
	with := func(labels ...string) *alert.Alert { return alert.New(alert.LabelsOf(labels...)) }
	tests := []struct {
		name   string
		alerts []*alert.Alert
		want   KV
	}{
		{"no alerts", []*alert.Alert{}, KV{}},
		{"one", []*alert.Alert{with("a", "1")}, KV{"a": "1"}},
		{"different value", []*alert.Alert{with("a", "1", "b", "2"), with("a", "1", "b", "3")}, KV{"a": "1"}},
		{"missing in the second", []*alert.Alert{with("a", "1", "b", ""), with("a", "1")}, KV{"a": "1"}},
		{"missing in the first", []*alert.Alert{with("a", "1"), with("a", "1", "b", "2")}, KV{"a": "1"}},
		{"nothing", []*alert.Alert{with("a", "1"), with("a", "1"), with("b", "1")}, KV{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := NewData(Batch{Alerts: tt.alerts})
			if diff := cmp.Diff(tt.want, d.CommonLabels); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDataJSON(t *testing.T) {
	tests := []struct {
		name  string
		batch Batch
		want  string
	}{
		{"empty", Batch{}, `{
 "receiver": "",
 "status": "resolved",
 "alerts": [],
 "notification_reason": "",
 "groupLabels": {},
 "commonLabels": {},
 "commonAnnotations": {},
 "routeLabels": {},
 "externalURL": ""
}`},
		{"one alert", exampleBatch(exampleAlert("h1", "http://prom/g", time.Time{})), `{
 "receiver": "team\\.db",
 "status": "firing",
 "alerts": [
  {
   "status": "firing",
   "labels": {
    "alertname": "DiskFull",
    "env": "prod",
    "host": "h1",
    "severity": "warning"
   },
   "annotations": {},
   "startsAt": "2026-03-01T10:00:00Z",
   "endsAt": "0001-01-01T00:00:00Z",
   "generatorURL": "http://prom/g",
   "fingerprint": "` + firingExample().Fingerprint().String() + `"
  }
 ],
 "notification_reason": "first notification",
 "groupLabels": {
  "alertname": "DiskFull"
 },
 "commonLabels": {
  "alertname": "DiskFull",
  "env": "prod",
  "host": "h1",
  "severity": "warning"
 },
 "commonAnnotations": {},
 "routeLabels": {
  "team": "db"
 },
 "externalURL": "http://am.example/am"
}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.MarshalIndent(NewData(tt.batch), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFiringAndResolvedAreNeverNil(t *testing.T) {
	var none Alerts
	if none.Firing() == nil || none.Resolved() == nil {
		t.Error("got a nil list")
	}
	d := example()
	if got := d.Alerts.Firing(); len(got) != 1 || got[0].Labels["host"] != "h1" {
		t.Errorf("Firing() = %v", got)
	}
	if got := d.Alerts.Resolved(); len(got) != 1 || got[0].Labels["host"] != "h2" {
		t.Errorf("Resolved() = %v", got)
	}
}

func TestStock(t *testing.T) {
	d := Stock()
	if len(d.Alerts.Firing()) != 1 || len(d.Alerts.Resolved()) != 1 || d.Status != "firing" {
		t.Errorf("got %d firing and %d resolved", len(d.Alerts.Firing()), len(d.Alerts.Resolved()))
	}
	d.GroupLabels["alertname"] = "changed"
	if Stock().GroupLabels["alertname"] == "changed" {
		t.Error("two stocks share a map")
	}
}
