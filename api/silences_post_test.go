package api

import (
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

// Fields of a silence that can be posted at the beginning of a bubble.
const (
	goodMatchers = `"matchers":[{"name":"a","value":"1","isRegex":false}]`
	goodTimes    = `"startsAt":"2000-01-01T01:00:00Z","endsAt":"2000-01-01T02:00:00Z"`
	goodTexts    = `"createdBy":"me","comment":"why"`
	goodSilence  = "{" + goodMatchers + "," + goodTimes + "," + goodTexts + "}"
)

func TestPostSilenceAnswers(t *testing.T) {
	missing := func(path string) string { return `{"code":602,"message":"` + path + ` in body is required"}` }
	unparsable := `{"code":400,"message":"parsing silence body from \"\" failed, because …`
	fields := func(parts ...string) string { return "{" + strings.Join(parts, ",") + "}" }
	matchers := func(list string) string { return fields(`"matchers":`+list, goodTimes, goodTexts) }
	times := func(start, end string) string {
		return fields(goodMatchers, goodTexts, fmt.Sprintf(`"startsAt":%q,"endsAt":%q`, start, end))
	}
	tests := map[string]struct {
		body   string
		err    error
		status int
		want   string // a prefix where it ends in …
	}{
		"good":                  {goodSilence, nil, 200, `{"silenceID":"new"}` + "\n"},
		"trailing data":         {goodSilence + "}", nil, 200, `{"silenceID":"new"}` + "\n"},
		"empty":                 {"", nil, 422, missing("silence")},
		"null":                  {"null", nil, 422, missing("comment")},
		"no fields":             {"{}", nil, 422, missing("comment")},
		"list":                  {"[]", nil, 400, unparsable},
		"like null":             {"nil", nil, 400, unparsable},
		"bad date":              {times("x", "2001-01-01"), nil, 400, unparsable},
		"number for regex":      {matchers(`[{"name":"a","value":"1","isRegex":1}]`), nil, 400, unparsable},
		"cut off":               {goodSilence[:len(goodSilence)-1], nil, 400, unparsable},
		"comment missing":       {fields(goodMatchers, goodTimes, `"createdBy":""`), nil, 422, missing("comment")},
		"comment null":          {fields(goodMatchers, goodTimes, goodTexts, `"comment":null`), nil, 422, missing("comment")},
		"creator missing":       {fields(goodMatchers, goodTimes, `"comment":""`), nil, 422, missing("createdBy")},
		"texts empty":           {fields(goodMatchers, goodTimes, `"comment":"","createdBy":""`), nil, 200, `{"silenceID":"new"}` + "\n"},
		"end missing":           {fields(goodMatchers, goodTexts, `"startsAt":"2001-01-01"`), nil, 422, missing("endsAt")},
		"start missing":         {fields(goodMatchers, goodTexts, `"endsAt":"2001-01-01"`), nil, 422, missing("startsAt")},
		"matchers missing":      {fields(goodTimes, goodTexts), nil, 422, missing("matchers")},
		"matchers null":         {matchers(`null`), nil, 422, missing("matchers")},
		"matchers empty":        {matchers(`[]`), nil, 422, `{"code":612,"message":"matchers in body should have at least 1 items"}`},
		"matcher null":          {matchers(`[{"name":"a","value":"1","isRegex":false},null]`), nil, 422, missing("matchers.1")},
		"matcher without regex": {matchers(`[{"name":"a","value":"1"}]`), nil, 422, missing("matchers.0.isRegex")},
		"matcher without name":  {matchers(`[{"value":"1","isRegex":false}]`), nil, 422, missing("matchers.0.name")},
		"matcher without value": {matchers(`[{"name":"a","isRegex":false}]`), nil, 422, missing("matchers.0.value")},
		"matcher value empty":   {matchers(`[{"name":"a","value":"","isRegex":false}]`), nil, 200, `{"silenceID":"new"}` + "\n"},
		"start is end":          {times("2001-01-01", "2001-01-01"), nil, 400, "\"start time must be before end time\"\n"},
		"start after end":       {times("2001-01-02", "2001-01-01"), nil, 400, "\"start time must be before end time\"\n"},
		"end in the past":       {times("1999-01-01", "1999-12-31"), nil, 400, "\"end time can't be in the past\"\n"},
		"end is now":            {times("1999-01-01", "2000-01-01"), nil, 200, `{"silenceID":"new"}` + "\n"},
		"start empty":           {times("", "2001-01-01"), nil, 200, `{"silenceID":"new"}` + "\n"},
		"bad regex":             {matchers(`[{"name":"a","value":"(","isRegex":true}]`), nil, 400, `"invalid silence: …`},
		"refused":               {goodSilence, fmt.Errorf("%w: too many <>", ErrInvalid), 400, "\"invalid silence: too many <>\"\n"},
		"unknown":               {goodSilence, fmt.Errorf("x: %w", ErrNotFound), 404, "\"silence not found\"\n"},
		"fault":                 {goodSilence, errors.New("disk full"), 500, "\"disk full\"\n"},
		"unknown fields, case":  {fields(strings.ToUpper(`"createdby":`)+`"me"`, `"comment":"","x":[{}]`, goodMatchers, goodTimes), nil, 200, `{"silenceID":"new"}` + "\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				r.silences.id, r.silences.err = "new", tt.err
				w := r.post(t, "/api/v2/silences", tt.body)
				if prefix, open := strings.CutSuffix(tt.want, "…"); open {
					if w.Code != tt.status || !strings.HasPrefix(w.Body.String(), prefix) {
						t.Errorf("got %d %s, want %d %s…", w.Code, w.Body, tt.status, prefix)
					}
				} else {
					wantAnswer(t, w, tt.status, tt.want)
				}
				if asked := len(r.silences.set) == 1; asked != (tt.status == 200 || tt.err != nil) {
					t.Errorf("silences were asked: %v", asked)
				}
			})
		})
	}
}

func TestPostSilencePasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.post(t, "/api/v2/silences", `{"id":"old","matchers":[{"name":"a","value":"1","isRegex":false},{"name":"b","value":"2","isRegex":false,"isEqual":false},
			{"name":"c","value":"3","isRegex":true,"isEqual":true},{"name":"d","value":"4","isRegex":true,"isEqual":false}],
			"startsAt":"0001-01-01T00:00:00Z","endsAt":"2000-01-01T05:00:00+02:00","createdBy":"me","comment":"why","annotations":{"k":"v"}}`)
		got := r.silences.set[0]
		if text := got.Matchers.String(); text != `{a="1",b!="2",c=~"3",d!~"4"}` {
			t.Errorf("matchers %s", text)
		}
		if !got.Matchers[3].Matches("5") || got.Matchers[3].Matches("4") {
			t.Error("the regular expression does not work")
		}
		got.Matchers = nil
		want := Silence{
			ID: "old", StartsAt: time.Now(), EndsAt: time.Date(2000, 1, 1, 3, 0, 0, 0, time.UTC),
			CreatedBy: "me", Comment: "why", Annotations: alert.LabelsOf("k", "v"),
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b alert.Labels) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPostSilenceTooLarge(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxBodyBytes = 10 })
	w := r.post(t, "/api/v2/silences", goodSilence)
	wantAnswer(t, w, http.StatusRequestEntityTooLarge, `{"code":413,"message":"the body is larger than 10 bytes"}`)
}
