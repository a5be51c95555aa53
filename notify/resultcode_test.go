package notify_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestResultCode(t *testing.T) {
	codes := notify.ResultCode{
		Fields: map[string]string{"code": "msg", "StatusCode": "StatusMessage"},
		Judge: func(code, text string, _ map[string]json.RawMessage) notify.Rejection {
			if code == "7" || text == "too fast" {
				return notify.Rejection{Code: http.StatusTooManyRequests, RetryAfter: 3 * time.Second}
			}
			return notify.Rejection{}
		},
	}
	tests := []struct {
		name   string
		status int
		body   string
		want   string // part of the error; empty: taken
		final  bool
		wait   time.Duration
	}{
		{name: "taken", status: 200, body: `{"code":0,"msg":"ok"}`},
		{name: "taken, old name", status: 200, body: `{"StatusCode":0}`},
		{name: "taken, number as text", status: 200, body: `{"code":"0"}`},
		{name: "taken, breaks off behind", status: 200, body: `{"code":0,"ms`},
		{name: "refused", status: 200, body: `{"code":5,"msg":"no"}`, want: "400: code 5: no", final: true},
		{name: "refused, old name", status: 200, body: `{"StatusCode":5,"StatusMessage":"no"}`, want: "400: StatusCode 5: no", final: true},
		{name: "refused, although the other is 0", status: 200, body: `{"StatusCode":0,"code":5,"msg":"no"}`, want: "400: code 5: no", final: true},
		{name: "refused, odd code", status: 200, body: `{"code":{"a":1},"msg":["b"]}`, want: `code {"a":1}: ["b"]`, final: true},
		{name: "refused, null", status: 200, body: `{"code":null}`, want: "code null", final: true},
		{name: "secret repeated", status: 200, body: `{"code":5,"msg":"not s3cr3t"}`, want: "not <secret>", final: true},
		{name: "URL repeated", status: 200, body: `{"code":5,"msg":"not t0ken-in-the-url"}`, want: "not <secret>", final: true},
		{name: "too often", status: 200, body: `{"code":7,"msg":"slow down"}`, want: "429: code 7: slow down", wait: 3 * time.Second},
		{name: "too often, as a text", status: 200, body: `{"code":1,"msg":"too fast"}`, want: "429", wait: 3 * time.Second},
		{name: "too often, odd status", status: 400, body: `{"code":7,"msg":"not t0ken-in-the-url s3cr3t"}`, want: "429: code 7: not <secret> <secret>", wait: 3 * time.Second},
		{name: "too often, status", status: 429, body: `{"code":7}`, want: "429", wait: 3 * time.Second},
		{name: "status", status: 400, body: `{"code":5,"msg":"s3cr3t"}`, want: `400: {"code":5,"msg":"<secret>"}`, final: true},
		{name: "status of success in the body", status: 404, body: `{"code":0}`, want: "404", final: true},
		{name: "server error", status: 500, body: `{"code":7}`, want: "500"},
		{name: "no code", status: 200, body: `{}`, want: "unclear answer: it has no code"},
		{name: "list", status: 200, body: `[]`, want: "unclear answer: no JSON object"},
		{name: "half", status: 200, body: `{"co`, want: "unclear answer"},
		{name: "empty", status: 200, want: "unclear answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer service.Close()
			err := sendTo(t, codes, service.URL+"/t0ken-in-the-url")
			if test.want == "" {
				if err != nil {
					t.Fatalf("error %v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if _, final := errors.AsType[*backoff.PermanentError](err); final != test.final {
				t.Errorf("error %v: permanent %v, want %v", err, final, test.final)
			}
			if status, _ := errors.AsType[*notify.StatusError](err); status == nil || status.RetryAfter != test.wait {
				t.Errorf("error %#v, want a status to be tried after %s", err, test.wait)
			}
		})
	}
}

func TestResultCodeOfAnAnswerThatIsCut(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"co`)
	}))
	defer service.Close()
	err := sendTo(t, notify.ResultCode{Fields: map[string]string{"code": "msg"}}, service.URL)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want one about the answer that ends early", err)
	}
}

func sendTo(t *testing.T, codes notify.ResultCode, url string) error {
	t.Helper()
	client, err := notify.NewClient(notify.Deps{}, "test", notify.HTTPCommon{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := notify.PostJSON(url, "message")
	if err != nil {
		t.Fatal(err)
	}
	return codes.Send(t.Context(), client, req, "s3cr3t")
}
