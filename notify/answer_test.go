package notify_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestFields(t *testing.T) {
	tests := []struct {
		body string
		want map[string]string
		fine bool
	}{
		{`{"ok":true,"ts":"1.2","message":{"ok":false,"a":[1]}}`, map[string]string{"ok": "true", "ts": `"1.2"`, "message": `{"ok":false,"a":[1]}`}, true},
		{` { } `, map[string]string{}, true},
		{`{"ok":true,"message":{"text":"Hel`, map[string]string{"ok": "true"}, false},
		{`{"ok":true,"message":{}`, map[string]string{"ok": "true", "message": "{}"}, false},
		{`{"ok":true,"mess`, map[string]string{"ok": "true"}, false},
		{`{"ok":tr`, map[string]string{}, false},
		{`[]`, map[string]string{}, false},
		{`"ok"`, map[string]string{}, false},
		{`ok`, map[string]string{}, false},
		{``, map[string]string{}, false},
	}
	for _, test := range tests {
		fields, err := (&notify.Answer{Body: []byte(test.body)}).Fields()
		got := make(map[string]string)
		for name, value := range fields {
			got[name] = string(value)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || (err == nil) != test.fine {
			t.Errorf("%s: error %v; fields (-want +got):\n%s", test.body, err, diff)
		}
	}
}

func TestUnclear(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://chat.example/hooks/a-long-token", nil)
	if err != nil {
		t.Fatal(err)
	}
	err = notify.Unclear(req, "<p>a-long-token")
	if want := "unclear answer: <p><secret>"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if status, ok := errors.AsType[*notify.StatusError](err); !ok || status.Code != http.StatusBadRequest {
		t.Errorf("%v does not count as a client error", err)
	}
	if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent {
		t.Errorf("%v is not tried again", err)
	}
	if text := notify.Unclear(req, strings.Repeat("no ", 1000)).Error(); len(text) > 1100 {
		t.Errorf("the error has %d bytes", len(text))
	}
}
