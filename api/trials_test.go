package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneOfEach has a result of each sort.
func oneOfEach() []TrialResult {
	return []TrialResult{
		{Integration: "slack", Status: "sent", Latency: 0.25, Attempts: 1, Answer: &TrialAnswer{Status: 200, Body: "ok <&>"}},
		{Integration: "slack", Index: 1, Status: "failed", Attempts: 1, Error: "no route to host"},
		{Integration: "webhook", Status: "rendered", Note: "n", Requests: []TrialRequest{{
			Method: "POST", URL: "https://h/<secret>", Headers: http.Header{"A": {"b", "c"}}, Body: "{}",
		}}},
		{Integration: "email", Status: "rendered", Text: "To: a"},
		{Integration: "odd", Status: "notRenderable", Note: "n"},
	}
}

func TestTrial(t *testing.T) {
	r := newRig(t, nil)
	r.trials.results = oneOfEach()
	const target = "/api/tocsin/v1/receivers/team%2Fa%20b/test"
	body := `{"mode":"render","integration":"slack[1]","alerts":[{"labels":{"a":"b"},"annotations":{"c":"d"}},{}]}`
	w := r.do(t, call{method: "POST", target: target, body: body})
	want := Trial{Receiver: "team/a b", Integration: "slack[1]", Alerts: []TrialAlert{
		{Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"c": "d"}}, {},
	}}
	if diff := cmp.Diff(want, r.trials.asked); diff != "" || w.Code != http.StatusOK {
		t.Errorf("status %d, asked (-want +got):\n%s", w.Code, diff)
	}
	for _, part := range []string{
		`{"receiver":"team/a b","integrations":[{"integration":"slack","index":0,"status":"sent","latency":0.25,"attempts":1,"answer":{"status":200,"body":"ok <&>"}},`,
		`{"integration":"webhook","index":0,"status":"rendered","latency":0,"attempts":0,"requests":[{"method":"POST","url":"https://h/<secret>","headers":{"A":["b","c"]},"body":"{}"}],"note":"n"}`,
	} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("the answer lacks %s:\n%s", part, w.Body)
		}
	}
	w = r.do(t, call{method: "POST", target: "/api/tocsin/v1/receivers/a/test", body: `{"mode":"send"}`})
	if diff := cmp.Diff(Trial{Receiver: "a", Send: true}, r.trials.asked); diff != "" || w.Code != http.StatusOK {
		t.Errorf("status %d, asked (-want +got):\n%s", w.Code, diff)
	}
}

func TestTrialWithoutIntegrations(t *testing.T) {
	w := newRig(t, nil).do(t, call{method: "POST", target: "/api/tocsin/v1/receivers/a/test", body: `{"mode":"send"}`})
	wantAnswer(t, w, http.StatusOK, `{"receiver":"a","integrations":[]}`+"\n")
}

// TestTrialRefused wants nothing to be tried if the request is not what it must
// be.
func TestTrialRefused(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	plain := http.Header{"Content-Type": {"text/plain"}}
	for _, tt := range []struct {
		name   string
		call   call
		status int
		text   string
	}{
		{"GET", call{method: "GET"}, 405, "method GET is not allowed"},
		{"form", call{body: `{"mode":"send"}`, header: form}, 415, "unsupported media type"},
		{"text", call{body: `{"mode":"send"}`, header: plain}, 415, "unsupported media type"},
		{"no type", call{body: `{"mode":"send"}`, header: http.Header{"Content-Type": nil}}, 415, "unsupported media type"},
		{"no body and no type", call{}, 415, "unsupported media type"},
		{"no body", call{header: http.Header{"Content-Type": {mediaJSON}}}, 422, "mode in body is required"},
		{"no mode", call{body: `{}`}, 422, "mode in body is required"},
		{"another mode", call{body: `{"mode":"Send"}`}, 400, `mode: \"Send\" is not one of render, send`},
		{"unknown key", call{body: `{"mode":"send","alert":{}}`}, 400, "unknown field"},
		{"no object", call{body: `[]`}, 400, "parsing trial body"},
		{"label", call{body: `{"mode":"send","alerts":[{},{"labels":{"":"x"}}]}`}, 400, "alerts[1]: invalid label set"},
		{"annotation", call{body: `{"mode":"send","alerts":[{"annotations":{"":"x"}}]}`}, 400, "alerts[0]: invalid annotation set"},
		{"many", call{body: `{"mode":"send","alerts":[` + strings.Repeat("{},", 100) + `{}]}`}, 400, "alerts: there are 101, and 100 are the most"},
		{"large", call{body: `{"mode":"send","integration":"` + strings.Repeat("x", 1<<20) + `"}`}, 413, "the body is larger than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.trials.asked.Receiver = "nothing"
			if tt.call.method == "" {
				tt.call.method = "POST"
			}
			tt.call.target = "/api/tocsin/v1/receivers/a/test"
			w := r.do(t, tt.call)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.text) {
				t.Errorf("%d %s, want %d with %q", w.Code, w.Body, tt.status, tt.text)
			}
			if r.trials.asked.Receiver != "nothing" {
				t.Error("it was tried")
			}
		})
	}
}

func TestTrialErrors(t *testing.T) {
	for status, err := range map[int]error{404: fmt.Errorf("%w: a", ErrNoReceiver), 409: ErrTrialRuns} {
		r := newRig(t, nil)
		r.trials.err = err
		w := r.do(t, call{method: "POST", target: "/api/tocsin/v1/receivers/a/test", body: `{"mode":"send"}`})
		wantAnswer(t, w, status, fmt.Sprintf("%q\n", err))
	}
}
