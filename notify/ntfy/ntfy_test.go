package ntfy

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

const taken = `{"id":"sPs71M8A2T","time":1643935928,"event":"message","topic":"alerts"}`

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "url: $URL/$SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"url": "url_file"},
		Texts:    []string{"title", "message"},
		Cut:      []string{"message"},
		Success:  receivertest.Answer{Body: taken},
	})
}

// The suite again, with a token.
func TestReceiverWithToken(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:  "{url: $URL/alerts, token: $SECRET}",
		Files:   map[string]string{"token": "token_file"},
		Success: receivertest.Answer{Body: taken},
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
	const secret = "s3cr3t-topic"
	action := func(keys string) string { return "{url: 'http://h/t', actions: [" + keys + "]}" }
	tests := []struct{ name, config, want string }{
		{"URL", "url: https://u:p@h:8443/below/s3cr3t-topic?auth=x", ""},
		{"longest topic", "url: http://h/" + strings.Repeat("-", 64), ""},
		{"file", "url_file: /etc/topic", ""},
		{"shown", "{url: <secret>, token: <secret>}", ""},
		{"basic auth", "{url: 'http://h/t', http_config: {basic_auth: {username: u, password: p}}}", ""},
		{"priority", "{url: 'http://h/t', priority: Urgent}", ""},
		{"no priority", "{url: 'http://h/t', priority: ''}", ""},
		{
			"actions",
			action("{action: view, label: l, url: u}, {action: http, label: l, url: u, body: b}, {action: copy, label: l, value: v}"),
			"",
		},
		{"no URL", "{}", "one of url or url_file must be configured"},
		{"two URLs", "{url: 'http://h/s3cr3t-topic', url_file: f}", "at most one of url and url_file"},
		{"scheme", "url: ftp://h/s3cr3t-topic", "url: unsupported scheme, want http or https"},
		{"no host", "url: http:///s3cr3t-topic", "url: missing host"},
		{"no URL at all", "url: 'http://h:s3cr3t-topic'", "url: not a URL"},
		{"no topic", "url: http://h", "url: the path must end with a topic"},
		{"slash at the end", "url: http://h/s3cr3t-topic/", "url: the path must end with a topic"},
		{"topic too long", "url: http://h/s3cr3t-topic" + strings.Repeat("x", 60), "url: the path must end with a topic"},
		{"topic with a dot", "url: http://h/s3cr3t-topic.x", "url: the path must end with a topic"},
		{"two tokens", "{url: 'http://h/t', token: s3cr3t-topic, token_file: f}", "at most one of token and token_file"},
		{
			"token and basic auth",
			"{url: 'http://h/t', token: s3cr3t-topic, http_config: {basic_auth: {username: u, password: p}}}",
			"at most one of token, token_file and an authorization in http_config",
		},
		{
			"token and authorization", "{url: 'http://h/t', token_file: f, http_config: {authorization: {credentials: c}}}",
			"at most one of token, token_file and an authorization in http_config",
		},
		{"priority 0", "{url: 'http://h/t', priority: '0'}", `priority: "0" is not`},
		{"priority 6", "{url: 'http://h/t', priority: 6}", `priority: "6" is not`},
		{"tags as a text", "{url: 'http://h/t', tags: a}", "tags"},
		{"unknown action", action("{action: call, label: l}"), `actions[0]: action: "call" is not one of broadcast, copy, http, view`},
		{"action without label", action("{action: broadcast}"), "actions[0]: label must be configured"},
		{
			"view without URL", action("{action: broadcast, label: l}, {action: view, label: l}"),
			"actions[1]: url must be configured for action view",
		},
		{"http without URL", action("{action: http, label: l}"), "actions[0]: url must be configured for action http"},
		{"copy without value", action("{action: copy, label: l}"), "actions[0]: value must be configured for action copy"},
		{"GET with body", action("{action: http, label: l, url: u, method: get, body: b}"), "actions[0]: body cannot be configured"},
		{"four actions", action(strings.Repeat("{action: broadcast, label: l},", 4)), "actions: at most 3 can be configured"},
		{"negative timeout", "{url: 'http://h/t', timeout: -1s}", "timeout: -1s is negative"},
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
				t.Errorf("error %q, want one with %q and without the topic", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode(`
url: http://h/s3cr3t-topic
token: s3cr3t
title: t
message: m
priority: "4"
tags: []
click: ""
actions: [{action: http, label: l, url: u, headers: {Authorization: s3cr3t}}]`)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
url: <secret>
token: <secret>
title: t
message: m
priority: "4"
tags: []
click: ""
actions:
    - action: http
      label: l
      url: u
      headers:
        Authorization: <secret>
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func TestPriority(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, " \n": 0, "1": 1, "min": 1, "low": 2, "3": 3, "Default": 3, "high": 4, " 5\n": 5, "max": 5, "urgent": 5,
	} {
		if got, err := priority(text); got != want || err != nil {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "6", "-1", "4.5", "critical"} {
		if got, err := priority(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

func TestDefaultPriority(t *testing.T) {
	s := sender{Config: defaults()}
	for fixture, want := range map[string]int{"bare": 3, "firing": 5, "mixed": 5, "many": 4, "resolved": 3} {
		if got := s.priority(receivertest.Notification(t, fixture)); got != want {
			t.Errorf("%s: priority %d, want %d", fixture, got, want)
		}
	}
}

// Whatever is in a message, the server takes it.
func TestFits(t *testing.T) {
	var logged bytes.Buffer
	s := sender{Config: defaults(), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
	for _, text := range []string{"x", "<", "語", "\x01", `"`, "\u2028x"} {
		logged.Reset()
		s.Message, s.Title = template.Text(strings.Repeat(text, 5000)), template.Text(strings.Repeat(text, 1025))
		s.Tags = []template.Text{"fits", template.Text(strings.Repeat("t", 600)), "fits-too"}
		m := s.message(receivertest.Notification(t, "bare"), "alerts")
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(b)+1 > maxBody || len(m.Message) > maxMessage || len(m.Title) > maxTitle || strings.Join(m.Tags, ",") != "fits,fits-too" {
			t.Errorf("%q: %d bytes, %d of the message, %d of the title, tags %q", text, len(b), len(m.Message), len(m.Title), m.Tags)
		}
		if len(m.Message) < 200 {
			t.Errorf("%q: only %d bytes of the message are left", text, len(m.Message))
		}
		for _, want := range []string{"key=message", "key=title bytes=1024", "key=tags[1]"} {
			if !strings.Contains(logged.String(), want) {
				t.Errorf("%q: the log does not say %s:\n%s", text, want, logged.String())
			}
		}
	}
}
