package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestGetGroupFormat(t *testing.T) {
	when, over := time.Date(2926, 5, 1, 10, 0, 0, 0, time.UTC), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	fires := alert.New(alert.LabelsOf("alertname", "T3", "team", "a,b"))
	fires.StartsAt, fires.EndsAt, fires.UpdatedAt = when, when, when
	ended := alert.New(alert.LabelsOf("alertname", "T1", "silenced", someID))
	ended.StartsAt, ended.EndsAt, ended.UpdatedAt = over, over, over
	r := newRig(t, nil)
	r.engine.whole = []WholeGroup{{
		Group: Group{
			Labels:      alert.LabelsOf("g", "<&>"),
			Receiver:    "<r>",
			RouteLabels: map[string]string{"z": "<", "b": "1"},
			Alerts:      []*alert.Alert{fires, ended},
			MutedBy:     []string{"night"},
		},
		GroupNames: GroupNames{ID: "0123", Key: `{}/{a="<"}:{g="<&>"}`, Route: `{}/{a="<"}`},
	}}
	wantAnswer(t, r.get(t, "/api/tocsin/v1/groups/0123"), http.StatusOK,
		`{"alerts":[{"annotations":{},"endsAt":"2026-05-01T10:00:00.000Z","fingerprint":"`+ended.Fingerprint().String()+`",`+
			`"receivers":[{"name":"default"}],"startsAt":"2026-05-01T10:00:00.000Z",`+
			`"status":{"inhibitedBy":[],"mutedBy":["night"],"silencedBy":["`+someID+`"],"state":"suppressed"},`+
			`"updatedAt":"2026-05-01T10:00:00.000Z","labels":{"alertname":"T1","silenced":"`+someID+`"}},`+
			`{"annotations":{},"endsAt":"2926-05-01T10:00:00.000Z","fingerprint":"`+fires.Fingerprint().String()+`",`+
			`"receivers":[{"name":"a"},{"name":"b"}],"startsAt":"2926-05-01T10:00:00.000Z",`+
			`"status":{"inhibitedBy":[],"mutedBy":["night"],"silencedBy":[],"state":"suppressed"},`+
			`"updatedAt":"2926-05-01T10:00:00.000Z","labels":{"alertname":"T3","team":"a,b"}}],`+
			`"labels":{"g":"<&>"},"receiver":{"name":"<r>"},"routeLabels":{"b":"1","z":"<"},`+
			`"id":"0123","groupKey":"{}/{a=\"<\"}:{g=\"<&>\"}","route":"{}/{a=\"<\"}"}`+"\n")
}

func TestGetGroupThatIsNotThere(t *testing.T) {
	r := newRig(t, nil)
	r.engine.whole = []WholeGroup{{GroupNames: GroupNames{ID: "0123"}}}
	const gone = `"no such group: all its alerts are over and its receivers know, or there never was one"` + "\n"
	for _, id := range []string{"0124", "01234", "x", "%20", "..%2f0123"} {
		wantAnswer(t, r.get(t, "/api/tocsin/v1/groups/"+id), http.StatusNotFound, gone)
	}
	r.engine.err = errors.New("not known")
	wantAnswer(t, r.get(t, "/api/tocsin/v1/groups/0123"), http.StatusInternalServerError, `"not known"`+"\n")
}

func TestGetGroupBelowPrefix(t *testing.T) {
	r := newRig(t, func(o *Options) { o.RoutePrefix = "/am" })
	r.engine.whole = []WholeGroup{{GroupNames: GroupNames{ID: "0123"}}}
	if w := r.get(t, "/am/api/tocsin/v1/groups/0123"); w.Code != http.StatusOK {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestGetGroupThatIsLarge(t *testing.T) {
	r := newRig(t, nil)
	g := WholeGroup{GroupNames: GroupNames{ID: "0123"}}
	for i := range 3000 {
		g.Alerts = append(g.Alerts, lasting("alertname", "A", "i", strconv.Itoa(i)))
	}
	r.engine.whole = []WholeGroup{g}
	var answer struct{ Alerts []struct{} }
	w := r.get(t, "/api/tocsin/v1/groups/0123")
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Alerts) != 3000 {
		t.Errorf("%d alerts, error %v", len(answer.Alerts), err)
	}
}
