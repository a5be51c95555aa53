package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

const someID = "8a1f7a4e-3c55-4a3e-9b1d-2f0f5f8d7c11"

func matcher(tb testing.TB, typ alert.MatchType, name, value string) *alert.Matcher {
	tb.Helper()
	m, err := alert.NewMatcher(typ, name, value)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestGetSilenceFormat(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	sil := Silence{
		ID: someID,
		Matchers: alert.Matchers{
			matcher(t, alert.MatchEqual, "a", "<"), matcher(t, alert.MatchNotEqual, "b", "1"),
			matcher(t, alert.MatchRegexp, "c", "1"), matcher(t, alert.MatchNotRegexp, "d", "1"),
		},
		StartsAt:    time.Date(2026, 5, 1, 10, 0, 0, 1_999_999, zone),
		EndsAt:      time.Date(2026, 5, 1, 12, 0, 0, 0, zone),
		UpdatedAt:   time.Date(2026, 5, 1, 9, 0, 0, 0, zone),
		CreatedBy:   "a&b",
		Comment:     "why",
		Annotations: alert.LabelsOf("k", ">"),
	}
	const (
		head  = `{"id":"` + someID + `","status":{"state":"expired"},"updatedAt":"2026-05-01T07:00:00.000Z",`
		notes = `"annotations":{"k":"\u003e"},`
		tail  = `"comment":"why","createdBy":"a\u0026b","endsAt":"2026-05-01T10:00:00.000Z","matchers":[` +
			`{"isEqual":true,"isRegex":false,"name":"a","value":"\u003c"},{"isEqual":false,"isRegex":false,"name":"b","value":"1"},` +
			`{"isEqual":true,"isRegex":true,"name":"c","value":"1"},{"isEqual":false,"isRegex":true,"name":"d","value":"1"}],` +
			`"startsAt":"2026-05-01T08:00:00.001Z"}`
	)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(40 * 365 * 24 * time.Hour) // the bubble begins in 2000
		r := newRig(t, nil)
		r.silences.list = []Silence{sil}
		wantAnswer(t, r.get(t, "/api/v2/silence/"+someID), http.StatusOK, head+notes+tail+"\n")
		wantAnswer(t, r.get(t, "/api/v2/silences"), http.StatusOK, "["+head+notes+tail+"]\n")
		r.silences.list[0].Annotations = alert.Labels{}
		wantAnswer(t, r.get(t, "/api/v2/silence/"+someID), http.StatusOK, head+tail+"\n")
	})
}

func TestOneSilence(t *testing.T) {
	upper := strings.ToUpper(someID)
	plain := strings.ReplaceAll(someID, "-", "")
	notUUID := func(id string) string {
		return fmt.Sprintf(`{"code":601,"message":"silenceID in path must be of type uuid: \"%s\""}`, id)
	}
	tests := []struct {
		method, id string
		err        error
		status     int
		body       string
	}{
		{"GET", "nope", nil, 422, notUUID("nope")},
		{"DELETE", "nope", nil, 422, notUUID("nope")},
		{"GET", someID[:35], nil, 422, notUUID(someID[:35])},
		{"GET", upper, nil, 404, ""},
		{"GET", plain, nil, 404, ""},
		{"GET", "urn:uuid:" + someID, nil, 404, ""},
		{"GET", "%7B" + someID + "%7D", nil, 404, ""},
		{"DELETE", someID, nil, 200, ""},
		{"DELETE", someID, fmt.Errorf("silence: %w", ErrNotFound), 404, ""},
		{"DELETE", someID, errors.New("disk full"), 500, "\"disk full\"\n"},
	}
	for _, tt := range tests {
		r := newRig(t, nil)
		r.silences.list = []Silence{{ID: someID}}
		r.silences.err = tt.err
		w := r.do(t, call{method: tt.method, target: "/api/v2/silence/" + tt.id})
		wantAnswer(t, w, tt.status, tt.body)
		if typ := w.Header().Get("Content-Type"); (typ == "") != (tt.body == "") {
			t.Errorf("%s %s: Content-Type %q", tt.method, tt.id, typ)
		}
		if tt.method == "DELETE" && tt.status == 200 && r.silences.gone[0] != someID {
			t.Errorf("expired %v", r.silences.gone)
		}
	}
}

func TestGetSilencesOrderAndFilter(t *testing.T) {
	now := time.Now()
	sil := func(id string, start, end int, ms ...*alert.Matcher) Silence {
		hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
		return Silence{ID: id, StartsAt: hour(start), EndsAt: hour(end), Matchers: ms}
	}
	eq, re := matcher(t, alert.MatchEqual, "a", "1"), matcher(t, alert.MatchRegexp, "a", "1")
	r := newRig(t, nil)
	r.silences.list = []Silence{
		sil("active-soon-2", -3, 1), sil("expired-old", -9, -8, eq), sil("pending-late", 5, 6), sil("active-late", -1, 9, eq, re),
		sil("expired-new", -3, -1), sil("pending-soon", 1, 2, re), sil("active-soon", -2, 1),
	}
	tests := map[string]string{
		"":                              "active-soon active-soon-2 active-late pending-soon pending-late expired-new expired-old",
		"?active=false":                 "pending-soon pending-late expired-new expired-old",
		"?pending=0&expired=0":          "active-soon active-soon-2 active-late",
		"?active=0&pending=0&expired=0": "",
		"?filter=a=1":                   "active-late expired-old",
		"?filter=a%3D~1":                "active-late pending-soon",
		"?filter=a=1&filter=a%3D~1":     "active-late",
		"?filter=a!=1":                  "",
		"?filter=a%3D~1.*":              "",
		"?filter=b=1":                   "",
	}
	for query, want := range tests {
		w := r.get(t, "/api/v2/silences"+query)
		var got []struct{ ID string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		ids := make([]string, 0, len(got))
		for _, s := range got {
			ids = append(ids, s.ID)
		}
		if diff := cmp.Diff(want, strings.Join(ids, " ")); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if w := r.get(t, "/api/v2/silences?filter="); w.Code != http.StatusBadRequest {
		t.Errorf("bad filter: %d", w.Code)
	}
}

func TestPhaseBoundaries(t *testing.T) {
	now := time.Now()
	for want, s := range map[phase]Silence{
		active:  {StartsAt: now, EndsAt: now.Add(1)},
		pending: {StartsAt: now.Add(1), EndsAt: now.Add(2)},
		expired: {StartsAt: now.Add(-1), EndsAt: now},
	} {
		if got := phaseAt(&s, now); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	ended := Silence{StartsAt: now.Add(1), EndsAt: now.Add(2), UpdatedAt: now.Add(2)}
	if got := phaseAt(&ended, now); got != expired {
		t.Errorf("ended by a clock that is ahead: %s", got)
	}
}
