package notify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestConfirmation(t *testing.T) {
	c := Confirmation{Field: "id", Refusal: func(a *Answer) (Rejection, bool) {
		var said struct {
			Error string
			Code  int
			Wait  time.Duration
		}
		_ = json.Unmarshal(bytes.TrimSpace(a.Body), &said)
		return Rejection{Code: said.Code, Text: said.Error, RetryAfter: said.Wait * time.Second}, said.Error != ""
	}}
	tests := []struct {
		name         string
		status       int
		body, header string
		short        bool // the answer ends before its announced length
		want         string
		wait         time.Duration
		permanent    bool
	}{
		{name: "taken", status: 200, body: `{"id":1}`},
		{name: "taken, then broken off", status: 200, body: `{"id":1,"message":"`, short: true},
		{name: "broken off", status: 200, body: `{"i`, short: true, want: "read answer with status 200: unexpected EOF"},
		{name: "no field", status: 200, body: `{}`, want: "unclear answer: no id"},
		{name: "no JSON", status: 200, body: `<html>`, want: "unclear answer: no JSON object"},
		{name: "empty", status: 204, want: "unclear answer: no JSON object"},
		{
			name: "refused in a success", status: 200, body: `{"id":1,"error":"no, s3cr3t","code":403}`,
			want: "unexpected status code 403: no, <secret>", permanent: true,
		},
		{name: "refused without a code", status: 200, body: `{"error":"no"}`, want: "unexpected status code 400: no", permanent: true},
		{
			name: "limited in a success", status: 200, body: `{"error":"slow","code":429,"wait":3}`,
			want: "unexpected status code 429: slow", wait: 3 * time.Second,
		},
		{
			name: "limited", status: 429, body: `{"error":"s3cr3t","wait":3}`, header: "2",
			want: `unexpected status code 429: {"error":"<secret>","wait":3}`, wait: 3 * time.Second,
		},
		{
			name: "limited for longer by the header", status: 429, body: `{"error":"e","wait":3}`, header: "4",
			want: `unexpected status code 429: {"error":"e","wait":3}`, wait: 4 * time.Second,
		},
		{
			name: "limited for days", status: 429, body: `{"error":"e","wait":300000}`,
			want: `unexpected status code 429: {"error":"e","wait":300000}`, wait: maxRetryAfter,
		},
		{name: "client error", status: 404, body: "nothing here", want: "unexpected status code 404: nothing here", permanent: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.header != "" {
					w.Header().Set("Retry-After", test.header)
				}
				if test.short {
					w.Header().Set("Content-Length", "1000")
				}
				w.WriteHeader(test.status)
				_, _ = fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			err := c.Send(t.Context(), newTestClient(t), newTestRequest(t, server.URL), "s3cr3t")
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want || permanent(err) != test.permanent {
				t.Errorf("error %q, permanent %v, want %q, %v", got, permanent(err), test.want, test.permanent)
			}
			if status, ok := errors.AsType[*StatusError](err); ok && status.RetryAfter != test.wait {
				t.Errorf("to be tried after %s, want %s", status.RetryAfter, test.wait)
			}
		})
	}
}

func newTestClient(t *testing.T) *Client {
	t.Helper()
	client, err := NewClient(Deps{}, "test", HTTPCommon{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func newTestRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := PostJSON(url, "hello")
	if err != nil {
		t.Fatal(err)
	}
	return req
}
