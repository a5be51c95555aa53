package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func sortedStrings(list []string) []string {
	slices.Sort(list)
	return list
}

func TestGetGroupsFormat(t *testing.T) {
	when := time.Date(2926, 5, 1, 10, 0, 0, 0, time.UTC)
	a := alert.New(alert.LabelsOf("alertname", "T3"))
	a.StartsAt, a.EndsAt, a.UpdatedAt = when, when, when
	r := newRig(t, nil)
	r.engine.groups = []Group{{
		Labels:      alert.LabelsOf("g", "<&>"),
		Receiver:    "<r>",
		RouteLabels: map[string]string{"z": "<", "b": "1"},
		Alerts:      []*alert.Alert{a},
		MutedBy:     []string{"night", "night"},
	}}
	wantAnswer(t, r.get(t, "/api/v2/alerts/groups"), http.StatusOK,
		`[{"alerts":[{"annotations":{},"endsAt":"2926-05-01T10:00:00.000Z","fingerprint":"603d3642e6daabf3",`+
			`"receivers":[{"name":"\u003cr\u003e"}],"startsAt":"2926-05-01T10:00:00.000Z",`+
			`"status":{"inhibitedBy":[],"mutedBy":["night","night"],"silencedBy":[],"state":"suppressed"},`+
			`"updatedAt":"2926-05-01T10:00:00.000Z","labels":{"alertname":"T3"}}],`+
			`"labels":{"g":"<&>"},"receiver":{"name":"<r>"},"routeLabels":{"b":"1","z":"<"}}]`+"\n")
	r.engine.groups = nil
	wantAnswer(t, r.get(t, "/api/v2/alerts/groups"), http.StatusOK, "[]\n")
}

// outline renders each group of an answer as receiver/labels: alert>receivers.
func outline(t *testing.T, body string) []string {
	t.Helper()
	var groups []struct {
		Alerts []struct {
			Labels    map[string]string
			Receivers []struct{ Name string }
		}
		Labels   map[string]string
		Receiver struct{ Name string }
	}
	if err := json.Unmarshal([]byte(body), &groups); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	var lines []string
	for _, g := range groups {
		var b strings.Builder
		b.WriteString(g.Receiver.Name + "/" + alert.LabelsFromMap(g.Labels).String() + ":")
		for _, a := range g.Alerts {
			b.WriteString(" " + a.Labels["n"])
			for _, rec := range a.Receivers {
				b.WriteString(">" + rec.Name)
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

func TestGetGroupsSelection(t *testing.T) {
	plain := lasting("n", "plain", "job", "b")
	quiet := lasting("n", "quiet", "silenced", "s", "job", "a", "instance", "2")
	other := lasting("n", "other", "job", "a")
	third := lasting("n", "third", "job", "a", "instance", "1")
	ended := alert.New(alert.LabelsOf("n", "ended"))
	ended.EndsAt = time.Now().Add(-time.Hour)
	r := newRig(t, nil)
	r.alerts.alerts = []*alert.Alert{plain, quiet, other, third, ended}
	r.engine.receivers = []Receiver{{Name: "ops", Labels: map[string]string{"tier": "gold"}}, {Name: "dev"}}
	r.engine.groups = []Group{
		{Labels: alert.LabelsOf("a", "2"), Receiver: "ops", Alerts: []*alert.Alert{plain}},
		{Labels: alert.LabelsOf("a", "1", "b", "1"), Receiver: "dev", Alerts: []*alert.Alert{quiet, ended}},
		{Labels: alert.LabelsOf("a", "1"), Receiver: "ops", Alerts: []*alert.Alert{plain, quiet, other, third}},
		{Labels: alert.LabelsOf("a", "1"), Receiver: "dev", Alerts: []*alert.Alert{plain}, MutedBy: []string{"night"}},
		{Labels: alert.Labels{}, Receiver: "dev", Alerts: []*alert.Alert{ended}},
	}
	tests := map[string][]string{
		"": {
			`dev/{a="1"}: plain>dev>ops>ops`,
			`ops/{a="1"}: third>ops quiet>dev>ops other>ops plain>dev>ops>ops`,
			`ops/{a="2"}: plain>dev>ops>ops`,
			`dev/{a="1", b="1"}: quiet>dev>ops`,
		},
		"?muted=false": {
			`ops/{a="1"}: third>ops quiet>dev>ops other>ops plain>ops>ops`,
			`ops/{a="2"}: plain>ops>ops`,
			`dev/{a="1", b="1"}: quiet>dev>ops`,
		},
		"?receiver=d.*": {`dev/{a="1"}: plain>dev`, `dev/{a="1", b="1"}: quiet>dev`},
		"?receiver=d":   nil,
		"?receiver_matchers=tier=gold&silenced=false": {`ops/{a="1"}: third>ops other>ops plain>ops>ops`, `ops/{a="2"}: plain>ops>ops`},
		"?active=false":   {`ops/{a="1"}: quiet>dev>ops`, `dev/{a="1", b="1"}: quiet>dev>ops`},
		"?filter=n=other": {`ops/{a="1"}: other>ops`},
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			w := r.get(t, "/api/v2/alerts/groups"+query)
			if diff := cmp.Diff(want, outline(t, w.Body.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
	if r.engine.groups[2].Alerts[0] != plain || r.engine.groups[0].Receiver != "ops" {
		t.Error("what the engine lent has been changed")
	}
}

func TestGetGroupsFails(t *testing.T) {
	r := newRig(t, nil)
	r.engine.err = errors.New("no groups yet")
	w := r.get(t, "/api/v2/alerts/groups")
	wantAnswer(t, w, http.StatusInternalServerError, "")
	if typ := w.Header().Get("Content-Type"); typ != "" {
		t.Errorf("Content-Type %q for nothing", typ)
	}
}

// A group that is larger than the buffer goes out in pieces, too.
func TestGetGroupsLong(t *testing.T) {
	r := newRig(t, nil)
	g := Group{Receiver: "ops"}
	for i := range 1000 {
		g.Alerts = append(g.Alerts, lasting("n", strconv.Itoa(i)))
	}
	r.engine.groups = []Group{g, g}
	w := &countingWriter{header: http.Header{}}
	r.handler.ServeHTTP(w, call{target: "/api/v2/alerts/groups"}.request(t))
	if !json.Valid([]byte(w.body.String())) || w.largest > 2*chunk {
		t.Errorf("valid JSON: %v, largest write %d bytes", json.Valid([]byte(w.body.String())), w.largest)
	}
	if n := len(regexp.MustCompile(`"fingerprint"`).FindAllString(w.body.String(), -1)); n != 2000 {
		t.Errorf("%d alerts", n)
	}
}
