package compare_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var asDifferences = cmp.AllowUnexported(difference{})

// TestDiffer compares documents of one answer.
func TestDiffer(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want []difference
	}{
		"equal":                  {`{"a":[1,"x",null]}`, `{"a":[1,"x",null]}`, nil},
		"a value":                {`{"a":{"b":1}}`, `{"a":{"b":2}}`, []difference{{"GET x.a.b", "1", "2"}}},
		"kinds":                  {`{"a":[]}`, `{"a":{}}`, []difference{{"GET x.a", "[]", "{}"}}},
		"a key that is gone":     {`{"a":1,"b":2}`, `{"b":2}`, []difference{{"GET x.a", "1", nothing}}},
		"a key that is new":      {`{"a":1}`, `{"a":1,"b":[2]}`, []difference{{"GET x.b", nothing, "[2]"}}},
		"a key that 0.34 has":    {`{"a":1}`, `{"a":1,"mutedBy":[]}`, nil},
		"that says something":    {`{"a":1}`, `{"a":1,"mutedBy":["x"]}`, []difference{{"GET x.mutedBy", nothing, "[x]"}}},
		"order of keys":          {`{"a":1,"b":2}`, `{"b":2,"a":1}`, []difference{{"GET x order of keys", "a b", "b a"}}},
		"a longer list":          {`[1]`, `[1,2]`, []difference{{"GET x[1]", nothing, "2"}}},
		"a shorter list":         {`[1,2]`, `[1]`, []difference{{"GET x[1]", "2", nothing}}},
		"times that are near":    {`["2026-01-02T03:04:05.100Z"]`, `["2026-01-02T03:04:05.600Z"]`, nil},
		"times that are far":     {`["2026-01-02T03:04:05.000Z"]`, `["2026-01-02T03:04:06.000Z"]`, []difference{{"GET x[0]", "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:06.000Z"}}},
		"another zone":           {`["2026-01-02T03:04:05.000Z"]`, `["2026-01-02T05:04:05.000+02:00"]`, []difference{{"GET x[0]", "2026-01-02T03:04:05.000Z", "2026-01-02T05:04:05.000+02:00"}}},
		"another precision":      {`["2026-01-02T03:04:05.000Z"]`, `["2026-01-02T03:04:05Z"]`, []difference{{"GET x[0]", "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z"}}},
		"silences in any order":  {`{"silencedBy":["b","a"]}`, `{"silencedBy":["a","b"]}`, nil},
		"no JSON":                {`OK`, `ok`, []difference{{"GET x", "OK", "ok"}}},
		"what is in the version": {`{"versionInfo":{"version":"0.25"}}`, `{"versionInfo":{"version":"devel"}}`, nil},
		"escaped or not":         {`["<"]`, `["\u003c"]`, []difference{{"GET x escapes <", "false", "true"}}},
	} {
		t.Run(name, func(t *testing.T) {
			as := []answer{{name: "GET x", status: 200, body: c.a}}
			bs := []answer{{name: "GET x", status: 200, body: c.b}}
			if diff := cmp.Diff(c.want, compareAnswers(750*time.Millisecond, as, bs), asDifferences); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCompareAnswers compares what is around the documents.
func TestCompareAnswers(t *testing.T) {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	a := []answer{
		{name: "x", status: 200},
		{name: "x", status: 400, body: `"one"`},
		{name: "y", status: 400, body: `{"code":400,"message":"one"}`},
		{name: "z", status: 422, body: `{"code":602,"message":"one"}`},
		{name: "allow", header: header("Allow", "POST,GET")},
		{name: "new", header: http.Header{}},
		{name: "type", header: header("Content-Type", "text/plain")},
	}
	b := []answer{
		{name: "x", status: 200},
		{name: "x", status: 404, body: `"two"`},
		{name: "y", status: 400, body: `{"code":400,"message":"two"}`},
		{name: "z", status: 422, body: `{"code":602,"message":"two"}`},
		{name: "allow", header: header("Allow", "GET,POST")},
		{name: "new", header: header("Cache-Control", "no-store")},
		{name: "type", header: http.Header{}},
	}
	want := []difference{{"x (2) status", "400", "404"}, {"z.message", "one", "two"}, {"type Content-Type", "text/plain", nothing}}
	if diff := cmp.Diff(want, compareAnswers(0, a, b), asDifferences); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]difference{{"number of answers", "7", "6"}}, compareAnswers(0, a, a[:6]), asDifferences); diff != "" {
		t.Error(diff)
	}
}

// TestCompareStreams pairs notifications by time.
func TestCompareStreams(t *testing.T) {
	told := func(seconds float64, status string) delivery {
		body := `{"groupKey":"k","alerts":[{"status":"` + status + `","labels":{"a":"b"}}]}`
		return delivery{path: "team", at: after(time.Time{}, seconds), body: body}
	}
	for name, c := range map[string]struct {
		a, b []delivery
		want []difference
	}{
		"the same":      {[]delivery{told(1, "firing"), told(3, "resolved")}, []delivery{told(1.9, "firing"), told(2.6, "resolved")}, nil},
		"another thing": {[]delivery{told(1, "firing")}, []delivery{told(1, "resolved")}, []difference{{"team k #1.alerts[0].status", "firing", "resolved"}}},
		"one is missing": {
			[]delivery{told(1, "firing"), told(3, "resolved"), told(5, "firing")},
			[]delivery{told(1, "firing"), told(5, "firing")},
			[]difference{{"team k #2", "at 3s: resolved{a:b}", nothing}},
		},
		"one is too many": {
			[]delivery{told(3, "firing")},
			[]delivery{told(1, "firing"), told(3, "firing")},
			[]difference{{"team k #1", nothing, "at 1s: firing{a:b}"}},
		},
		"one is late": {
			[]delivery{told(1, "firing")},
			[]delivery{told(2.9, "firing")},
			[]difference{{"team k #1", "at 1s: firing{a:b}", nothing}, {"team k #2", nothing, "at 2s: firing{a:b}"}},
		},
		"one is silent": {[]delivery{told(1, "firing")}, nil, []difference{{"team k #1", "at 1s: firing{a:b}", nothing}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := compareRecords(timeline{}, time.Time{}, record{heard: c.a}, record{heard: c.b})
			if diff := cmp.Diff(c.want, got, asDifferences); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestJudge finds what is not explained, and what is for nothing.
func TestJudge(t *testing.T) {
	known, foreign, old := difference{"x*", "1", "*"}, difference{"y", "1", "2"}, difference{"z", "1", "2"}
	all := []explanation{{timeline: "t", what: []difference{known, old}}, {timeline: "other", what: []difference{foreign}}}
	unexplained, gone := judge("t", []difference{{"x1", "1", "2"}, {"x2", "3", "2"}, foreign}, all)
	if diff := cmp.Diff([]difference{{"x2", "3", "2"}, foreign}, unexplained, asDifferences); diff != "" {
		t.Errorf("unexplained: %s", diff)
	}
	if diff := cmp.Diff([]difference{old}, gone, asDifferences); diff != "" {
		t.Errorf("gone: %s", diff)
	}
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "abc", true},
		{"a*", "abc", true},
		{"a*", "bc", false},
		{"*c", "abc", true},
		{"*c", "cb", false},
		{"a*c", "abc", true},
		{"a*c", "ac", true},
		{"a*c", "abd", false},
		{"a*b*c", "a1b2c", true},
		{"a*b*c", "a1c", false},
		{"*b*", "abc", true},
		{"*b*", "ac", false},
		{"ab*ba", "aba", false},
	} {
		if got := like(c.pattern, c.text); got != c.want {
			t.Errorf("like(%q, %q) is %v", c.pattern, c.text, got)
		}
	}
}
