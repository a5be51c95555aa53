package template

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// The instants of the example batch.
func exampleStart() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }
func exampleEnd() time.Time   { return exampleStart().Add(time.Hour) }
func exampleNow() time.Time   { return exampleStart().Add(2 * time.Hour) }

func exampleAlert(host, url string, end time.Time, annotations ...string) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", "DiskFull", "env", "prod", "host", host, "severity", "warning"))
	a.Annotations = alert.LabelsOf(annotations...)
	a.StartsAt, a.EndsAt = exampleStart(), end
	a.GeneratorURL = url
	return a
}

func firingExample() *alert.Alert {
	return exampleAlert("h1", "http://prom/g?x=1&y=2", time.Time{}, "runbook", "http://rb", "summary", "disk <90%>")
}

func resolvedExample() *alert.Alert {
	return exampleAlert("h2", "http://prom/g2", exampleEnd(), "summary", "disk <90%>")
}

// exampleBatch is two alerts of one group, one firing and one resolved, or
// the given ones.
func exampleBatch(alerts ...*alert.Alert) Batch {
	if len(alerts) == 0 {
		alerts = []*alert.Alert{firingExample(), resolvedExample()}
	}
	return Batch{
		Receiver:    "team.db",
		Reason:      "first notification",
		Now:         exampleNow(),
		GroupLabels: alert.LabelsOf("alertname", "DiskFull"),
		RouteLabels: map[string]string{"team": "db"},
		Alerts:      alerts,
		ExternalURL: "http://am.example/am",
	}
}

func example(alerts ...*alert.Alert) *Data { return NewData(exampleBatch(alerts...)) }

func newSet(tb testing.TB, globs ...string) *Set {
	tb.Helper()
	s, err := New(globs)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func mustText(tb testing.TB, s *Set, text Text, d *Data) string {
	tb.Helper()
	got, err := s.Text(text, d)
	if err != nil {
		tb.Fatalf("render %q: %v", text, err)
	}
	return got
}
