package matrix

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{url: $URL, token: $SECRET, room_id: '!abc:example.org'}",
		Required: []string{"token", "url", "room_id"},
		Files:    map[string]string{"token": "token_file"},
		Texts:    []string{"title", "message", "html"},
		Cut:      []string{"message"},
		Values:   []string{"room_id"},
		Success:  receivertest.Answer{Body: `{"event_id":"$YUwRidLecu:example.org"}`},
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t-token"
	tests := []struct{ name, config, want string }{
		{"smallest", "{url: 'http://h', token: s3cr3t-token, room_id: '!a:h'}", ""},
		{"file", "{url: 'https://h:8443/below/', token_file: f, room_id: '!a'}", ""},
		{"shown", "{url: 'http://h', token: <secret>, room_id: '{{ .CommonLabels.room }}'}", ""},
		{"notice", "{url: 'http://h', token: t, room_id: '!a:h', message_type: m.notice}", ""},
		{"no URL", "{token: s3cr3t-token, room_id: '!a:h'}", "url, the address of the homeserver, must be configured"},
		{"scheme", "{url: 'ftp://h', token: s3cr3t-token, room_id: '!a:h'}", "unsupported scheme, want http or https"},
		{"no token", "{url: 'http://h', room_id: '!a:h'}", "one of token or token_file must be configured"},
		{"two tokens", "{url: 'http://h', token: s3cr3t-token, token_file: f, room_id: '!a:h'}", "at most one of token and token_file"},
		{
			"token and basic auth",
			"{url: 'http://h', token: s3cr3t-token, room_id: '!a:h', http_config: {basic_auth: {username: u, password: p}}}",
			"http_config cannot have an authorization",
		},
		{"no room", "{url: 'http://h', token: s3cr3t-token}", "room_id must be configured"},
		{"alias", "{url: 'http://h', token: s3cr3t-token, room_id: '#a:h'}", "room_id: want the id of a room"},
		{"message type", "{url: 'http://h', token: s3cr3t-token, room_id: '!a:h', message_type: m.image}", `message_type: "m.image" is not`},
		{"negative timeout", "{url: 'http://h', token: s3cr3t-token, room_id: '!a:h', timeout: -1s}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret)):
				t.Errorf("error %q, want one with %q and without the token", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{url: 'http://h/x', token: s3cr3t, room_id: '!a:h', title: t, message: m, html: '', message_type: m.notice}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
url: http://h/x
token: <secret>
room_id: '!a:h'
message_type: m.notice
title: t
message: m
html: ""
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func TestTransaction(t *testing.T) {
	s := sender{Config: defaults()}
	first := s.transaction(receivertest.Notification(t, "mixed"))
	same := map[string]func(n *notify.Notification, s *sender){
		"a later attempt":        func(n *notify.Notification, _ *sender) { n.Now = n.Now.Add(4 * time.Minute) },
		"a later reason":         func(n *notify.Notification, _ *sender) { n.Reason = notify.ReasonAllResolved },
		"a firing alert goes on": func(n *notify.Notification, _ *sender) { n.Alerts[0].EndsAt = n.Alerts[0].EndsAt.Add(time.Minute) },
	}
	for name, change := range same {
		if got := changed(t, s, change); got != first {
			t.Errorf("%s: transaction %s, want that of the first attempt, %s", name, got, first)
		}
	}
	other := map[string]func(n *notify.Notification, s *sender){
		"another group":             func(n *notify.Notification, _ *sender) { n.GroupKey = "{}:{}" },
		"another receiver":          func(n *notify.Notification, _ *sender) { n.Receiver = "other" },
		"a repetition":              func(n *notify.Notification, _ *sender) { n.State[stateTransaction] = first },
		"state lost, an hour later": func(n *notify.Notification, _ *sender) { n.Now = n.Now.Add(time.Hour) },
		"an alert more":             func(n *notify.Notification, _ *sender) { n.Alerts = append(n.Alerts, n.Alerts[0]) },
		"an alert less":             func(n *notify.Notification, _ *sender) { n.Alerts = n.Alerts[1:] },
		"fires anew":                func(n *notify.Notification, _ *sender) { n.Alerts[0].StartsAt = n.Now },
		"resolved":                  func(n *notify.Notification, _ *sender) { n.Alerts[0].EndsAt = n.Now },
		"resolved later":            func(n *notify.Notification, _ *sender) { n.Alerts[1].EndsAt = n.Now },
		"another entry":             func(_ *notify.Notification, s *sender) { s.Message = "m" },
		"another room":              func(_ *notify.Notification, s *sender) { s.RoomID = "!b" },
	}
	seen := map[string]string{first: "the first attempt"}
	for name, change := range other {
		got := changed(t, s, change)
		if before, known := seen[got]; known {
			t.Errorf("%s: the same transaction as %s", name, before)
		}
		seen[got] = name
	}
}

func changed(t *testing.T, s sender, change func(n *notify.Notification, s *sender)) string {
	n := receivertest.Notification(t, "mixed")
	change(n, &s)
	return s.transaction(n)
}

// A message whose answer was lost is not sent twice, and a repetition is.
func TestRetryAndRepeat(t *testing.T) {
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		if len(paths) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, `{"event_id":"$a"}`)
	}))
	defer server.Close()
	c, err := decode("{room_id: '!a:h', token: t, url: '" + server.URL + "'}")
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	state := make(map[string]string)
	for range 3 {
		n := receivertest.Notification(t, "firing")
		n.State = state
		if status, failed := errors.AsType[*notify.StatusError](s.Send(t.Context(), n)); failed && status.Code != http.StatusBadGateway {
			t.Fatal(status)
		}
	}
	if len(paths) != 3 || paths[0] != paths[1] || paths[1] == paths[2] {
		t.Errorf("sent to\n%s\nwant a retry to the same path and a repetition to another", strings.Join(paths, "\n"))
	}
	if id := state[stateTransaction]; id == "" || !strings.HasSuffix(paths[2], "/"+id) {
		t.Errorf("the state has transaction %q", id)
	}
}

// Whatever is in a message, servers take it.
func TestFits(t *testing.T) {
	var logged bytes.Buffer
	s := sender{Config: defaults(), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
	n := receivertest.Notification(t, "bare")
	for _, text := range []string{"x", "<", "語", "\x01"} {
		logged.Reset()
		s.Message = template.Text(strings.Repeat(text, 61000))
		m := s.message(n)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(b)+1 > maxBody || len(b) < maxBody-30 || m.HTML != "" || m.Format != "" {
			t.Errorf("%q: %d bytes, want %d or little less, and no HTML", text, len(b), maxBody)
		}
		for _, want := range []string{"key=message bytes=", "key=html"} {
			if !strings.Contains(logged.String(), want) {
				t.Errorf("%q: the log does not say %s:\n%s", text, want, logged.String())
			}
		}
	}
}

// The longest message that still has its HTML.
func TestLongest(t *testing.T) {
	s := sender{Config: defaults()}
	s.Title, s.HTML = "", "<b>h</b>"
	longest := maxBody - len("\n") - len(`{"msgtype":"m.text","body":"","format":"org.matrix.custom.html","formatted_body":"\u003cb\u003eh\u003c/b\u003e"}`)
	for more, want := range []string{"<b>h</b>", ""} {
		s.Message = template.Text(strings.Repeat("x", longest+more))
		if m := s.message(receivertest.Notification(t, "bare")); m.HTML != want || len(m.Body) != longest+more {
			t.Errorf("%d more: HTML %q and %d bytes of text", more, m.HTML, len(m.Body))
		}
	}
}
