package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// leastExplained is an answer with nothing in it that can be missing.
func leastExplained() *explain.Answer {
	return &explain.Answer{
		Outcome:     explain.Nothing,
		Source:      explain.FromDaemon,
		Alert:       explain.Alert{Labels: map[string]string{}, State: explain.Imagined},
		Routes:      []explain.Route{},
		Groups:      []explain.Group{},
		Silences:    []explain.Silence{},
		Inhibitions: []explain.Inhibition{},
		NotKnown:    []string{},
	}
}

// mostExplained is an answer with one of everything.
func mostExplained() *explain.Answer {
	when := explain.At(time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC))
	a := explain.Alert{Labels: map[string]string{"a": "<"}, Fingerprint: "ff", State: explain.Firing, StartsAt: when, EndsAt: when, UpdatedAt: when}
	return &explain.Answer{
		Outcome: explain.Retrying,
		Source:  explain.FromDaemon,
		Now:     when,
		At:      when,
		Alert:   a,
		Similar: []explain.Alert{a},
		Routes: []explain.Route{{
			Path: "route", Receiver: "r", Continue: true, Result: explain.Skipped, Taken: true, StoppedBy: "x",
			Tests: []explain.Test{{Matcher: `a="b"`, Value: "b", OK: true}},
		}},
		Groups: []explain.Group{{
			Outcome: explain.Retrying, Route: "route", Receiver: "r", Key: "{}:{}", ID: "01", Labels: map[string]string{},
			GroupWait: 30, GroupInterval: 0.5, RepeatInterval: 3600, Exists: true, Member: true, Firing: 1, Resolved: 2, NextLook: when, Busy: true,
			Quiet:     []explain.Quiet{{Cause: explain.BySilence, By: []string{"s"}, Until: when}},
			Intervals: []explain.Interval{{Name: "n", Active: true, Contains: true, Changes: when}},
			Integrations: []explain.Integration{{
				Name: "slack[0]", Outcome: explain.Retrying, SendResolved: true,
				Told:     &explain.Notice{At: when, Alert: explain.Resolved, Firing: 1, Resolved: 1},
				Next:     &explain.Next{At: when, Reason: "new alerts added"},
				Delivery: &explain.Delivery{State: explain.Resting, Since: when, Attempts: 2, Next: when, Error: "no"},
				Failure:  &explain.Failure{At: when, Error: "no"},
				Breaker:  &explain.Breaker{Failures: 10, Until: when},
			}},
		}},
		Silences:    []explain.Silence{{ID: "s", State: "active", Matchers: []string{`a="b"`}, StartsAt: when, EndsAt: when, CreatedBy: "ann", Comment: "c"}},
		Inhibitions: []explain.Inhibition{{Rule: 1, Name: "n", Source: []string{"a"}, Target: []string{"b"}, Equal: []string{"c"}, By: &a}},
		NotKnown:    []string{"much"},
		LeftOut:     explain.LeftOut{Routes: 1, Silences: 2, Similar: 3},
	}
}

// TestExplainExample wants the example that is described to be an answer, key by key.
func TestExplainExample(t *testing.T) {
	example := operation(description(t), "/explain", http.MethodGet).Operation.Responses.Status(http.StatusOK).Value.Content.Get(mediaJSON).Example
	text, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	var answer explain.Answer
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the example (-described +written again):\n%s", diff)
	}
}

func TestExplainQuestions(t *testing.T) {
	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		query string
		want  Question
	}{
		{"label=a%3Db", Question{Labels: alert.LabelsOf("a", "b")}},
		{"label=a%3Db&label=" + url.QueryEscape(`"c d"="\"x\""`), Question{Labels: alert.LabelsOf("a", "b", "c d", `"x"`)}},
		{"label=a%3Db&label=c%3D", Question{Labels: alert.LabelsOf("a", "b")}},
		{"label=a%3Db&at=2026-05-01T12:00:00%2B02:00", Question{Labels: alert.LabelsOf("a", "b"), At: at}},
		{"fingerprint=00000000000000fF", Question{Fingerprint: 255}},
	} {
		r := newRig(t, nil)
		if w := r.get(t, "/api/tocsin/v1/explain?"+tt.query); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", tt.query, w.Code, w.Body)
		}
		got := r.explainer.asked
		if got.Labels != tt.want.Labels || got.Fingerprint != tt.want.Fingerprint || !got.At.Equal(tt.want.At) {
			t.Errorf("%s: asked %+v, want %+v", tt.query, got, tt.want)
		}
	}
}

func TestExplainMistakes(t *testing.T) {
	many := strings.Repeat("&label=a%3Db", maxLabels+1)[1:]
	for query, want := range map[string]string{
		"":                                "label or fingerprint is required",
		"label=a%3Db&fingerprint=ff":      "label and fingerprint exclude each other",
		"fingerprint=ff":                  `fingerprint: "ff" is not one such as a8622ef97516fa6c`,
		"fingerprint=00000000000000+f":    `fingerprint: "00000000000000 f" is not one such as a8622ef97516fa6c`,
		"fingerprint=-0000000000000ff":    `fingerprint: "-0000000000000ff" is not one such as a8622ef97516fa6c`,
		"label=a%3Db&at=tomorrow":         `at: "tomorrow" is not a time such as 2006-01-02T15:04:05Z`,
		"label=a%21%3Db":                  `label: a!="b": only name=value is possible`,
		"label=a%3Db&label=a%3Dc":         `label: "a" is there twice`,
		"label=a%3D":                      "label: at least one label pair required",
		many:                              "label: there are 1001, and 1000 are the most",
		"label=a%3Db&at=2026-05-01+10%3A": `at: "2026-05-01 10:" is not a time such as 2006-01-02T15:04:05Z`,
	} {
		w := newRig(t, nil).get(t, "/api/tocsin/v1/explain?"+query)
		var text string
		if err := json.Unmarshal(w.Body.Bytes(), &text); err != nil || w.Code != http.StatusBadRequest || text != want {
			t.Errorf("%.60s: %d %s %v, want %q", query, w.Code, w.Body, err, want)
		}
	}
	w := newRig(t, nil).get(t, "/api/tocsin/v1/explain?label=nonsense")
	if w.Code != http.StatusBadRequest {
		t.Errorf("no matcher: %d %s", w.Code, w.Body)
	}
}

func TestExplainUnknownAlert(t *testing.T) {
	r := newRig(t, nil)
	r.explainer.err = ErrNoAlert
	wantAnswer(t, r.get(t, "/api/tocsin/v1/explain?fingerprint=00000000000000ff"), http.StatusNotFound,
		`"no such alert: it is over and forgotten, or there never was one"`+"\n")
}
