package gotify

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{url: $URL, token: $SECRET}",
		Required: []string{"token", "url"},
		Files:    map[string]string{"token": "token_file"},
		Texts:    []string{"title", "message"},
		Cut:      []string{"message"},
		Success:  receivertest.Answer{Body: `{"id":25,"appid":5,"message":"m","title":"t","priority":2,"date":"2018-02-27T19:36:10Z"}`},
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
		{"smallest", "{url: 'http://h', token: s3cr3t-token}", ""},
		{"file", "{url: 'https://h:8443/below/', token_file: f}", ""},
		{"shown", "{url: 'http://h', token: <secret>}", ""},
		{"priority 0", "{url: 'http://h', token: t, priority: 0}", ""},
		{"priority 10", "{url: 'http://h', token: t, priority: '10'}", ""},
		{"no priority", "{url: 'http://h', token: t, priority: ''}", ""},
		{"no URL", "{token: s3cr3t-token}", "url, the address of the server, must be configured"},
		{"scheme", "{url: 'ftp://h', token: s3cr3t-token}", "unsupported scheme, want http or https"},
		{"no host", "{url: 'http:///x', token: s3cr3t-token}", "missing host"},
		{"no token", "{url: 'http://h'}", "one of token or token_file must be configured"},
		{"two tokens", "{url: 'http://h', token: s3cr3t-token, token_file: f}", "at most one of token and token_file"},
		{"priority -1", "{url: 'http://h', token: s3cr3t-token, priority: -1}", `priority: "-1" is not a number from 0 to 10`},
		{"priority 11", "{url: 'http://h', token: s3cr3t-token, priority: 11}", `priority: "11" is not a number from 0 to 10`},
		{"priority high", "{url: 'http://h', token: s3cr3t-token, priority: high}", `priority: "high" is not a number from 0 to 10`},
		{"negative timeout", "{url: 'http://h', token: s3cr3t-token, timeout: -1s}", "timeout: -1s is negative"},
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
	c, err := decode("{url: 'http://h/x', token: s3cr3t, title: t, message: m, priority: '4', click: '', markdown: true, timeout: 5s}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
timeout: 5s
url: http://h/x
token: <secret>
title: t
message: m
priority: "4"
click: ""
markdown: true
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func TestDefaultPriority(t *testing.T) {
	s := sender{Config: defaults()}
	for fixture, want := range map[string]int{"bare": 5, "firing": 8, "mixed": 8, "many": 5, "resolved": 2} {
		if got := s.priority(receivertest.Notification(t, fixture)); got == nil || *got != want {
			t.Errorf("%s: priority %v, want %d", fixture, got, want)
		}
	}
}

func TestTruncated(t *testing.T) {
	var logged bytes.Buffer
	s := sender{Config: defaults(), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
	s.Title = "short"
	n := receivertest.Notification(t, "huge")
	m := s.message(n)
	if len(m.Message) > maxText || len(m.Message) < maxText-3 || !strings.HasSuffix(m.Message, "語…"+n.Ending()) {
		t.Errorf("the text has %d bytes and ends with %q", len(m.Message), m.Message[len(m.Message)-9:])
	}
	if got := logged.String(); !strings.Contains(got, "key=message bytes=65535") || strings.Contains(got, "key=title") {
		t.Errorf("the log says\n%s", got)
	}
}
