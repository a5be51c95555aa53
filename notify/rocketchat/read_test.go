package rocketchat

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}

func TestRead(t *testing.T) {
	cut := io.ErrUnexpectedEOF
	tests := []struct {
		name, body        string
		broken            error
		want              string // part of the error
		permanent, client bool
	}{
		{name: "posted", body: `{"ts":1,"channel":"general","message":{},"success":true}`},
		{name: "posted, bare", body: `{"success":true}`},
		{name: "posted, too long", body: `{"ts":1,"channel":"general","message":{"attachments":[{"tit`},
		{name: "posted, cut", body: `{"ts":1,"channel":"general","mess`, broken: cut},
		{name: "refused", body: `{"success":false,"error":"error-not-allowed"}`, want: "error-not-allowed", permanent: true, client: true},
		{name: "refused, odd reason", body: `{"success":false,"error":{"a":1}}`, want: `{"a":1}`, permanent: true, client: true},
		{name: "refused, too long", body: `{"success":false,"error":"x`, want: "400", permanent: true, client: true},
		{name: "null", body: `{"success":null}`, want: "400", permanent: true, client: true},
		{name: "no verdict", body: `{}`, want: "400", permanent: true, client: true},
		{name: "odd verdict", body: `{"success":"yes"}`, want: "unclear answer", client: true},
		{name: "no JSON", body: `<p>`, want: "unclear answer", client: true},
		{name: "list", body: `[]`, want: "unclear answer", client: true},
		{name: "empty", want: "unclear answer", client: true},
		{name: "half", body: `{"succ`, want: "unclear answer", client: true},
		{name: "half, cut", body: `{"succ`, broken: cut, want: "unexpected EOF"},
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h/api/v1/chat.postMessage", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := read(req, &notify.Answer{Body: []byte(test.body)}, test.broken)
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
