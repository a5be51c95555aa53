package slack

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestRead(t *testing.T) {
	const (
		asJSON = "application/json; charset=utf-8"
		asText = "text/html"
	)
	cut := io.ErrUnexpectedEOF
	tests := []struct {
		name, contentType, body string
		broken                  error
		ts                      string
		want                    string // part of the error
		permanent, client       bool
	}{
		{name: "webhook", contentType: asText, body: "ok"},
		{name: "webhook without type", body: "ok"},
		{name: "webhook, line", contentType: asText, body: "ok\n", want: "ok", permanent: true, client: true},
		{name: "webhook, refused", contentType: asText, body: "no_text", want: "no_text", permanent: true, client: true},
		{name: "webhook, empty", contentType: asText, want: "400", permanent: true, client: true},
		{name: "webhook, cut", contentType: asText, body: "no", broken: cut, want: "unexpected EOF"},
		{name: "webhook, ok and cut", contentType: asText, body: "ok", broken: cut},
		{name: "taken", contentType: asJSON, body: `{"ok":true,"channel":"C1","ts":"1.2"}`, ts: "1.2"},
		{name: "taken, bare", contentType: "application/json", body: `{"ok":true}`},
		{name: "taken, cut", contentType: asJSON, body: `{"ok":true,"ts":"1.2","mess`, broken: cut, ts: "1.2"},
		{name: "taken, too long", contentType: asJSON, body: `{"ok":true,"ts":"1.2","mess`, ts: "1.2"},
		{name: "taken, odd", contentType: asJSON, body: `{"ok":true,"ts":7,"channel":{}}`},
		{name: "refused", contentType: asJSON, body: `{"ok":false,"error":"channel_not_found"}`, want: "channel_not_found", permanent: true, client: true},
		{name: "refused, why", contentType: asJSON, body: `{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["[ERROR] x"]}}`, want: `invalid_arguments {"messages":["[ERROR] x"]}`, permanent: true, client: true},
		{name: "no verdict", contentType: asJSON, body: `{}`, want: "400", permanent: true, client: true},
		{name: "no JSON", contentType: asJSON, body: `<p>`, want: "unclear answer", client: true},
		{name: "list", contentType: asJSON, body: `[]`, want: "unclear answer", client: true},
		{name: "no boolean", contentType: asJSON, body: `{"ok":"yes"}`, want: "unclear answer", client: true},
		{name: "half", contentType: asJSON, body: `{"ok":tr`, want: "unclear answer", client: true},
		{name: "half, cut", contentType: asJSON, body: `{"ok":tr`, broken: cut, want: "unexpected EOF"},
		{name: "empty", contentType: asJSON, want: "unclear answer", client: true},
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h/services/t0ken-t0ken", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := &notify.Answer{Header: http.Header{}, Body: []byte(test.body)}
			a.Header.Set("Content-Type", test.contentType)
			r, err := read(req, a, test.broken)
			if r.TS != test.ts {
				t.Errorf("ts %q, want %q", r.TS, test.ts)
			}
			if test.want == "" {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if permanent(err) != test.permanent {
				t.Errorf("permanent %v, want %v", permanent(err), test.permanent)
			}
			if status, client := errors.AsType[*notify.StatusError](err); client != test.client || client && status.Code != http.StatusBadRequest {
				t.Errorf("counts as a client error: %v, want %v", client, test.client)
			}
		})
	}
}
