package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// workspace stands in for slack.com.
type workspace struct {
	server  *httptest.Server
	answers []string // the next ones
	heard   []string // method, channel, ts and authorization of every request
}

func newWorkspace(t *testing.T) *workspace {
	w := &workspace{}
	w.server = httptest.NewTLSServer(w)
	t.Cleanup(w.server.Close)
	return w
}

func (w *workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		m.Channel = err.Error()
	}
	w.heard = append(w.heard, strings.Join([]string{r.Host + r.URL.Path, m.Channel, m.TS, r.Header.Get("Authorization")}, " "))
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.WriteString(rw, w.answers[0])
	w.answers = w.answers[1:]
}

func (w *workspace) open(t *testing.T, entry string) notify.Sender {
	t.Helper()
	c, err := surroundings{}.decode(entry)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.server.Listener.Addr().String())
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	app   = "{app_token: xoxb-t, channel: '#a', update_message: true, http_config: {tls_config: {insecure_skip_verify: true}}}"
	other = "{api_url: 'https://slack.com/api/chat.postMessage', channel: '#a', update_message: true, http_config: {bearer_token: b, tls_config: {insecure_skip_verify: true}}}"
)

func TestUpdate(t *testing.T) {
	type state = map[string]string
	known := state{"ts": "1.1", "channel": "C1"}
	tests := []struct {
		name, entry string
		before      state
		answers     []string
		heard       []string
		after       state
		fails       string
	}{
		{
			name: "first", entry: app,
			answers: []string{`{"ok":true,"channel":"C1","ts":"1.1"}`},
			heard:   []string{"slack.com/api/chat.postMessage #a  Bearer xoxb-t"},
			after:   known,
		},
		{
			name: "next", entry: app, before: known,
			answers: []string{`{"ok":true,"channel":"C1","ts":"1.1"}`},
			heard:   []string{"slack.com/api/chat.update C1 1.1 Bearer xoxb-t"},
			after:   known,
		},
		{
			name: "own authorization", entry: other, before: known,
			answers: []string{`{"ok":true,"channel":"C1","ts":"1.1"}`},
			heard:   []string{"slack.com/api/chat.update C1 1.1 Bearer b"},
			after:   known,
		},
		{
			name: "deleted", entry: app, before: known,
			answers: []string{`{"ok":false,"error":"message_not_found"}`, `{"ok":true,"channel":"C1","ts":"2.2"}`},
			heard:   []string{"slack.com/api/chat.update C1 1.1 Bearer xoxb-t", "slack.com/api/chat.postMessage #a  Bearer xoxb-t"},
			after:   state{"ts": "2.2", "channel": "C1"},
		},
		{
			name: "refused", entry: app, before: known,
			answers: []string{`{"ok":false,"error":"msg_too_long"}`},
			heard:   []string{"slack.com/api/chat.update C1 1.1 Bearer xoxb-t"},
			after:   known,
			fails:   "msg_too_long",
		},
		{
			name: "no name", entry: app,
			answers: []string{`{"ok":true}`},
			heard:   []string{"slack.com/api/chat.postMessage #a  Bearer xoxb-t"},
			after:   state{},
		},
		{
			name: "not wanted", entry: strings.Replace(app, "true", "false", 1), before: known,
			answers: []string{`{"ok":true,"channel":"C1","ts":"2.2"}`},
			heard:   []string{"slack.com/api/chat.postMessage #a  Bearer xoxb-t"},
			after:   known,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorkspace(t)
			w.answers = test.answers
			n := receivertest.Notification(t, "firing")
			maps.Copy(n.State, test.before)
			err := w.open(t, test.entry).Send(t.Context(), n)
			if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("error %v, want %q", err, test.fails)
			}
			if diff := cmp.Diff(test.heard, w.heard); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.after, n.State); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTokenFileMissing checks that a file that is not there yet is waited for.
func TestTokenFileMissing(t *testing.T) {
	w := newWorkspace(t)
	path := filepath.Join(t.TempDir(), "token")
	s := w.open(t, strings.Replace(app, "app_token: xoxb-t", "app_token_file: "+path, 1))
	n := receivertest.Notification(t, "firing")
	err := s.Send(t.Context(), n)
	if err == nil || permanent(err) || len(w.heard) > 0 {
		t.Fatalf("error %v, permanent %v, requests %q", err, permanent(err), w.heard)
	}
	if err := os.WriteFile(path, []byte("later\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.answers = []string{`{"ok":true}`}
	if err := s.Send(t.Context(), n); err != nil || !strings.HasSuffix(w.heard[0], "Bearer later") {
		t.Errorf("error %v, requests %q", err, w.heard)
	}
}

// TestTokenHidden checks that a service that repeats the token cannot put it
// into the log.
func TestTokenHidden(t *testing.T) {
	w := newWorkspace(t)
	w.answers = []string{`{"ok":false,"error":"no t0ken-t0ken here"}`}
	err := w.open(t, strings.Replace(app, "app_token: xoxb-t", "app_token: t0ken-t0ken", 1)).Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("error %v", err)
	}
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}
