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
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestPostAlertsAnswers(t *testing.T) {
	const unparsable = `{"code":400,"message":"parsing alerts body from \"\" failed, because `
	deep := func(n int) string {
		return `[{"labels":{"a":"b"},"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}]`
	}
	tests := map[string]struct {
		body   string
		status int
		want   string // a prefix of the body where it ends in …
		stored int
	}{
		"one":                        {`[{"labels":{"a":"b"}}]`, 200, "", 1},
		"none":                       {`[]`, 200, "", 0},
		"null":                       {`null`, 200, "", 0},
		"trailing data":              {`[] junk`, 200, "", 0},
		"white space":                {" [ { \"labels\" : { \"a\" : \"b\" } } ] ", 200, "", 1},
		"empty":                      {"", 422, `{"code":602,"message":"alerts in body is required"}`, 0},
		"only white space":           {" \n", 422, `{"code":602,"message":"alerts in body is required"}`, 0},
		"no labels":                  {`[{}]`, 422, `{"code":602,"message":"0.labels in body is required"}`, 0},
		"null labels":                {`[{"labels":null}]`, 422, `{"code":602,"message":"0.labels in body is required"}`, 0},
		"labels taken back":          {`[{"labels":{"a":"b"},"labels":null}]`, 422, `{"code":602,"message":"0.labels in body is required"}`, 0},
		"second has no labels":       {`[{"labels":{"a":"b"}},{}]`, 422, `{"code":602,"message":"1.labels in body is required"}`, 0},
		"only the first is told":     {`[{},{},null]`, 422, `{"code":602,"message":"0.labels in body is required"}`, 0},
		"null element":               {`[{"labels":{"a":"b"}},null]`, 422, `{"code":602,"message":"1 in body is required"}`, 0},
		"syntax before schema":       {`[{},{]`, 400, unparsable + "…", 0},
		"object":                     {`{}`, 400, unparsable + `an array is wanted at \"\", not an object"}`, 0},
		"text":                       {`"x"`, 400, unparsable + `an array is wanted at \"\", not a string"}`, 0},
		"garbage":                    {`nonsense`, 400, unparsable + "…", 0},
		"cut off":                    {`[{"labels":{"a":"b"}}`, 400, unparsable + "…", 0},
		"number for element":         {`[1]`, 400, unparsable + `an object is wanted at \"/0\", not a number"}`, 0},
		"number for label":           {`[{"labels":{"a":1}}]`, 400, unparsable + `a string is wanted at \"/0/labels/a\", not a number"}`, 0},
		"list for labels":            {`[{"labels":[]}]`, 400, unparsable + `an object is wanted at \"/0/labels\", not an array"}`, 0},
		"number for date":            {`[{"labels":{"a":"b"},"startsAt":1}]`, 400, unparsable + `a string is wanted at \"/0/startsAt\", not a number"}`, 0},
		"boolean for URL":            {`[{"labels":{"a":"b"},"generatorURL":true}]`, 400, unparsable + `a string is wanted at \"/0/generatorURL\", not a boolean"}`, 0},
		"bad date":                   {`[{"labels":{"a":"b"},"endsAt":"tomorrow"}]`, 400, unparsable + `\"tomorrow\" at \"/0/endsAt\" is not a date-time"}`, 0},
		"HTML in a message":          {`[{"labels":{"a":"b"},"endsAt":"<&>"}]`, 400, unparsable + `\"\u003c\u0026\u003e\" at \"/0/endsAt\" is not a date-time"}`, 0},
		"bad URL":                    {`[{"labels":{"a":"b"},"generatorURL":"nope"}]`, 422, `{"code":601,"message":"0.generatorURL in body must be of type uri: \"nope\""}`, 0},
		"bad URL fails whole batch":  {`[{"labels":{"a":"b"}},{"labels":{"a":"c"},"generatorURL":"nope"}]`, 422, `{"code":601,"message":"1.generatorURL in body must be of type uri: \"nope\""}`, 0},
		"only a fragment":            {`[{"labels":{"a":"b"},"generatorURL":"#x"}]`, 422, `{"code":601,"message":"0.generatorURL in body must be of type uri: \"#x\""}`, 0},
		"URL with fragment":          {`[{"labels":{"a":"b"},"generatorURL":"http://h/#%zz"}]`, 200, "", 1},
		"path for URL":               {`[{"labels":{"a":"b"},"generatorURL":"/graph?x"}]`, 200, "", 1},
		"empty URL":                  {`[{"labels":{"a":"b"},"generatorURL":""}]`, 200, "", 1},
		"no label left":              {`[{"labels":{}}]`, 400, `"at least one label pair required"` + "\n", 0},
		"only empty labels":          {`[{"labels":{"a":"","b":null}}]`, 400, `"at least one label pair required"` + "\n", 0},
		"empty name":                 {`[{"labels":{"":"x"}}]`, 400, `"invalid label set: invalid name \"\""` + "\n", 0},
		"empty name without value":   {`[{"labels":{"":"","a":"b"}}]`, 200, "", 1},
		"empty annotation name":      {`[{"labels":{"a":"b"},"annotations":{"":""}}]`, 400, `"invalid annotation set: invalid name \"\""` + "\n", 0},
		"end before start":           {`[{"labels":{"a":"b"},"startsAt":"2026-05-01","endsAt":"2026-04-01"}]`, 400, `"start time must be before end time"` + "\n", 0},
		"partly invalid":             {`[{"labels":{"a":"b"}},{"labels":{}},{"labels":{"a":"c"}},{"labels":{"":"x"}}]`, 400, `"at least one label pair required\ninvalid label set: invalid name \"\""` + "\n", 2},
		"unknown fields":             {`[{"labels":{"a":"b"},"x":{"y":[1,"z",null,true]}}]`, 200, "", 1},
		"UTF-8 name":                 {`[{"labels":{"ä b":"c"}}]`, 200, "", 1},
		"deep junk":                  {deep(9000), 200, "", 1},
		"too deep junk":              {deep(200_000), 400, unparsable + "…", 0},
		"invalid UTF-8 in a value":   {"[{\"labels\":{\"a\":\"\xff\"}}]", 200, "", 1},
		"lone surrogate in a value":  {`[{"labels":{"a":"\ud800"}}]`, 200, "", 1},
		"raw control character":      {"[{\"labels\":{\"a\":\"\x01\"}}]", 400, unparsable + "…", 0},
		"null for everything else":   {`[{"labels":{"a":"b"},"annotations":null,"startsAt":null,"endsAt":null,"generatorURL":null}]`, 200, "", 1},
		"start is year 1, so absent": {`[{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:00Z"}]`, 200, "", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			w := r.post(t, "/api/v2/alerts", tt.body)
			if prefix, open := strings.CutSuffix(tt.want, "…"); open {
				if w.Code != tt.status || !strings.HasPrefix(w.Body.String(), prefix) {
					t.Errorf("got %d %s, want %d %s…", w.Code, w.Body, tt.status, prefix)
				}
			} else {
				wantAnswer(t, w, tt.status, tt.want)
			}
			if got := len(r.alerts.alerts); got != tt.stored {
				t.Errorf("%d alerts stored, want %d", got, tt.stored)
			}
			if typ := w.Header().Get("Content-Type"); (typ == "application/json") == (tt.want == "") {
				t.Errorf("Content-Type %q", typ)
			}
		})
	}
}

// posted posts a body and returns what is stored.
func posted(t *testing.T, body string) []*alert.Alert {
	t.Helper()
	r := newRig(t, nil)
	wantAnswer(t, r.post(t, "/api/v2/alerts", body), http.StatusOK, "")
	return r.alerts.alerts
}

func TestPostAlertsLabels(t *testing.T) {
	tests := map[string]struct {
		alert               string
		labels, annotations alert.Labels
	}{
		"sorted":                   {`"labels":{"b":"2","a":"1"}`, alert.LabelsOf("a", "1", "b", "2"), alert.Labels{}},
		"empty labels go":          {`"labels":{"a":"1","b":"","c":null}`, alert.LabelsOf("a", "1"), alert.Labels{}},
		"empty annotations stay":   {`"labels":{"a":"1"},"annotations":{"b":"","c":null}`, alert.LabelsOf("a", "1"), alert.LabelsOf("b", "", "c", "")},
		"last of a name counts":    {`"labels":{"a":"1","a":"2"}`, alert.LabelsOf("a", "2"), alert.Labels{}},
		"last of a name is empty":  {`"labels":{"a":"1","a":"","b":"2"}`, alert.LabelsOf("b", "2"), alert.Labels{}},
		"labels twice":             {`"labels":{"a":"1","b":"1"},"labels":{"b":"2"}`, alert.LabelsOf("a", "1", "b", "2"), alert.Labels{}},
		"annotations taken back":   {`"labels":{"a":"1"},"annotations":{"b":"1"},"annotations":null`, alert.LabelsOf("a", "1"), alert.Labels{}},
		"keys in another case":     {`"LABELS":{"a":"1"},"Annotations":{"b":"1"}`, alert.LabelsOf("a", "1"), alert.LabelsOf("b", "1")},
		"keys with escapes":        {`"lab\u0065ls":{"\u0061":"1\n"}`, alert.LabelsOf("a", "1\n"), alert.Labels{}},
		"names keep their case":    {`"labels":{"a":"1","A":"2"}`, alert.LabelsOf("a", "1", "A", "2"), alert.Labels{}},
		"replacement characters":   {"\"labels\":{\"a\":\"x\xff\xfey\"}", alert.LabelsOf("a", "x\ufffd\ufffdy"), alert.Labels{}},
		"surrogates":               {`"labels":{"a":"\ud83d\ude00 \ud800x"}`, alert.LabelsOf("a", "😀 \ufffdx"), alert.Labels{}},
		"values are not names":     {`"labels":{"labels":"annotations"}`, alert.LabelsOf("labels", "annotations"), alert.Labels{}},
		"HTML is as it was posted": {`"labels":{"a":"<b>&"}`, alert.LabelsOf("a", "<b>&"), alert.Labels{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := posted(t, "[{"+tt.alert+"}]")[0]
			if got.Labels != tt.labels || got.Annotations != tt.annotations {
				t.Errorf("got %s %s, want %s %s", got.Labels, got.Annotations, tt.labels, tt.annotations)
			}
			if got.Fingerprint() != tt.labels.Fingerprint() {
				t.Errorf("fingerprint %s is not that of %s", got.Fingerprint(), tt.labels)
			}
		})
	}
}

func TestPostAlertsTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		tests := map[string]struct {
			times      string
			start, end time.Time
			timeout    bool
		}{
			"neither": {``, now, now.Add(5 * time.Minute), true},
			"start":   {`,"startsAt":"1999-12-31T23:00:00Z"`, now.Add(-time.Hour), now.Add(5 * time.Minute), true},
			"end":     {`,"endsAt":"2000-01-01T02:00:00Z"`, now.Add(2 * time.Hour), now.Add(2 * time.Hour), false},
			"both":    {`,"startsAt":"1999-12-31T23:00:00Z","endsAt":"1999-12-31T23:30:00Z"`, now.Add(-time.Hour), now.Add(-30 * time.Minute), false},
			"empty":   {`,"startsAt":""`, time.Unix(0, 0), now.Add(5 * time.Minute), true},
			"last":    {`,"startsAt":"1999-12-31","startsAt":null,"StartsAt":"1999-12-30"`, now.Add(-48 * time.Hour), now.Add(5 * time.Minute), true},
		}
		for name, tt := range tests {
			got := posted(t, `[{"labels":{"a":"b"}`+tt.times+`}]`)[0]
			if !got.StartsAt.Equal(tt.start) || !got.EndsAt.Equal(tt.end) || got.Timeout != tt.timeout {
				t.Errorf("%s: got %v %v %v, want %v %v %v", name, got.StartsAt, got.EndsAt, got.Timeout, tt.start, tt.end, tt.timeout)
			}
			if !got.UpdatedAt.Equal(now) {
				t.Errorf("%s: updated at %v, want now", name, got.UpdatedAt)
			}
		}
	})
}

func TestPostAlertsKeepsZoneAndOrigin(t *testing.T) {
	got := posted(t, `[{"labels":{"a":"b"},"startsAt":"2026-05-01T10:00:00.123456789+05:45","generatorURL":"http://p/g#f"}]`)[0]
	if text := got.StartsAt.Format(time.RFC3339Nano); text != "2026-05-01T10:00:00.123456789+05:45" {
		t.Errorf("start %s", text)
	}
	if got.GeneratorURL != "http://p/g#f" {
		t.Errorf("origin %q", got.GeneratorURL)
	}
}

func TestPostAlertsClassicNames(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Syntax = alert.SyntaxClassic })
	w := r.post(t, "/api/v2/alerts", `[{"labels":{"ä":"1"}},{"labels":{"a":"1"}}]`)
	wantAnswer(t, w, http.StatusBadRequest, `"invalid label set: invalid name \"ä\""`+"\n")
	if len(r.alerts.alerts) != 1 {
		t.Errorf("%d alerts stored, want 1", len(r.alerts.alerts))
	}
}

func TestPostAlertsStoreFails(t *testing.T) {
	r := newRig(t, nil)
	r.alerts.err = errors.New("disk full")
	wantAnswer(t, r.post(t, "/api/v2/alerts", `[{"labels":{"a":"<"}}]`), http.StatusInternalServerError, `"disk full"`+"\n")
}

func TestPostAlertsThatCannotBeKept(t *testing.T) {
	r := newRig(t, nil)
	r.alerts.err = fmt.Errorf("%w: disk full", ErrUnavailable)
	wantAnswer(t, r.post(t, "/api/v2/alerts", `[{"labels":{"a":"b"}}]`), http.StatusServiceUnavailable, `"not available: disk full"`+"\n")
}

func TestPostAlertsTooLarge(t *testing.T) {
	const body = `[{"labels":{"a":"b"}}]`
	for _, limit := range []int{len(body) - 1, len(body)} {
		r := newRig(t, func(o *Options) { o.MaxBodyBytes = int64(limit) })
		w := r.post(t, "/api/v2/alerts", body)
		if limit == len(body) {
			wantAnswer(t, w, http.StatusOK, "")
			continue
		}
		wantAnswer(t, w, http.StatusRequestEntityTooLarge, `{"code":413,"message":"the body is larger than 21 bytes"}`)
		if w.Header().Get("Connection") != "close" {
			t.Error("the connection stays open for a body that nobody reads")
		}
	}
}

func TestPostAlertsCounts(t *testing.T) {
	r := newRig(t, nil)
	r.post(t, "/api/v2/alerts", `[{"labels":{"a":"1"}},{"labels":{}},{"labels":{"a":"2"},"endsAt":"2020-01-01"}]`)
	r.post(t, "/api/v2/alerts", `[{"labels":{"a":"1"}},{}]`)
	const want = `
# HELP alertmanager_alerts_invalid_total The total number of received alerts that were invalid.
# TYPE alertmanager_alerts_invalid_total counter
alertmanager_alerts_invalid_total{version="v2"} 1
# HELP alertmanager_alerts_received_total The total number of received alerts, by what they were when they came.
# TYPE alertmanager_alerts_received_total counter
alertmanager_alerts_received_total{status="firing",version="v2"} 2
alertmanager_alerts_received_total{status="resolved",version="v2"} 1
`
	if err := testutil.GatherAndCompare(r.registry, strings.NewReader(want), "alertmanager_alerts_invalid_total", "alertmanager_alerts_received_total"); err != nil {
		t.Error(err)
	}
}

// A reader is used again; nothing of one body may be seen in the next.
func TestPostAlertsReusesReaders(t *testing.T) {
	r := newRig(t, nil)
	r.post(t, "/api/v2/alerts", `[{"labels":{"a":"1","b":"2"},"annotations":{"c":"3"},"generatorURL":"/x"},{"labels":{"z":"1"}}]`)
	r.post(t, "/api/v2/alerts", `[{"labels":{"a":"9"`)
	r.post(t, "/api/v2/alerts", `[{}]`)
	r.post(t, "/api/v2/alerts", `[{"labels":{"d":"4"}}]`)
	var got []string
	for _, a := range r.alerts.alerts {
		got = append(got, a.Labels.String()+a.Annotations.String()+a.GeneratorURL)
	}
	if diff := cmp.Diff([]string{`{a="1", b="2"}{c="3"}/x`, `{z="1"}{}`, `{d="4"}{}`}, got); diff != "" {
		t.Error(diff)
	}
}
