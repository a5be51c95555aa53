package pushover

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// elsewhere is an entry for a service that is not Pushover's.
type elsewhere struct {
	Config   `yaml:",inline"`
	Endpoint notify.URL `yaml:"endpoint"`
}

func kindElsewhere() notify.Kind {
	return notify.NewKind("pushover", elsewhere{Config: defaults()}, func(c elsewhere, d notify.Deps) (notify.Sender, error) {
		return open(c.Config, d, string(c.Endpoint)+"/1/messages.json")
	})
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, kindElsewhere(), receivertest.Options{
		Config:   "{endpoint: $URL, user_key: user-$SECRET, token: $SECRET}",
		Required: []string{"user_key", "token"},
		Files:    map[string]string{"user_key": "user_key_file", "token": "token_file"},
		Texts:    []string{"title", "message"},
		Cut:      []string{"message"},
		Values:   []string{"user_key", "token", "device"},
		Success:  receivertest.Answer{Body: `{"status":1,"request":"647d2300-702c-4b38-8b2f-d56326ae460b"}`},
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

func TestConfigErrors(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"nothing", "{}", "one of user_key or user_key_file must be configured"},
		{"no user", "token: s3cr3t", "one of user_key or user_key_file must be configured"},
		{"two users", "{token: t, user_key: s3cr3t, user_key_file: f}", "at most one of user_key and user_key_file must be configured"},
		{"no token", "user_key: s3cr3t", "one of token or token_file must be configured"},
		{"two tokens", "{user_key: u, token: s3cr3t, token_file: f}", "at most one of token and token_file must be configured"},
		{"two formats", "{user_key: u, token: t, html: true, monospace: true}", "at most one of html and monospace can be true"},
		{"retry without unit", "{user_key: u, token: t, retry: 60}", "retry: line 1: want a duration with its unit"},
		{"expire in days", "{user_key: u, token: t, expire: 1d}", "expire: line 1: want a duration with its unit"},
		{"empty ttl", "{user_key: u, token: t, ttl: ''}", "ttl: line 1: want a duration with its unit"},
		{"ttl as a list", "{user_key: u, token: t, ttl: [1s]}", "ttl"},
		{"endpoint", "{user_key: u, token: t, endpoint: http://h}", "endpoint"},
		{"negative timeout", "{user_key: u, token: t, timeout: -1s}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			if err == nil {
				t.Fatalf("accepted, want %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("error %q, want %q", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const (
		head = "send_resolved: true\nuser_key: <secret>\ntoken: <secret>\n"
		text = "title: '{{ template \"pushover.default.title\" . }}'\nmessage: '{{ template \"pushover.default.message\" . }}'\n" +
			"url: '{{ template \"pushover.default.url\" . }}'\n"
		priority = "priority: '{{ if eq .Status \"firing\" }}2{{ else }}0{{ end }}'\n"
	)
	tests := []struct{ name, config, want string }{
		{"defaults", "{user_key: u, token: t}", head + text + priority + "retry: 1m0s\nexpire: 1h0m0s\n"},
		{
			"files", "{user_key_file: u, token_file: t}",
			"send_resolved: true\nuser_key_file: u\ntoken_file: t\n" + text + priority + "retry: 1m0s\nexpire: 1h0m0s\n",
		},
		{
			"all set",
			"{send_resolved: no, timeout: 3s, user_key: u, token: t, title: a, message: b, url: c, url_title: d, device: e, sound: f, priority: 1, " +
				"retry: 90s, expire: 0, ttl: 1.5h, html: yes, http_config: {follow_redirects: false}}",
			"send_resolved: false\ntimeout: 3s\nhttp_config:\n    follow_redirects: false\n    enable_http2: true\nuser_key: <secret>\ntoken: <secret>\n" +
				"title: a\nmessage: b\nurl: c\nurl_title: d\ndevice: e\nsound: f\npriority: \"1\"\nretry: 1m30s\nexpire: 0s\nttl: 1h30m0s\nhtml: true\n",
		},
		{
			"null", "{send_resolved: , user_key: u, token: t, title: , message: , url: , priority: , retry: , expire: , monospace: yes}",
			"send_resolved: false\nuser_key: <secret>\ntoken: <secret>\nretry: 0s\nexpire: 0s\nmonospace: true\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := decode(test.config)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if string(shown) != test.want {
				t.Errorf("shown as\n%s\nwant\n%s", shown, test.want)
			}
		})
	}
}

// TestEndpoint checks where the real kind sends to.
func TestEndpoint(t *testing.T) {
	p := poster{Config: defaults(), endpoint: endpoint}
	p.Token, p.UserKey = "t", "u"
	req, err := p.request(receivertest.Notification(t, "bare"))
	if err != nil {
		t.Fatal(err)
	}
	if got := req.URL.Scheme + "://" + req.URL.Host + req.URL.Path; got != "https://api.pushover.net/1/messages.json" {
		t.Errorf("sends to %s", got)
	}
}

func TestTemplates(t *testing.T) {
	c, err := decode("{user_key: '{{ .CommonLabels.user }}', token: t, device: '{{ .Receiver }}'}")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for path := range c.Texts() {
		found[path] = true
	}
	for path, want := range map[string]bool{"user_key": true, "token": false, "device": true, "message": true} {
		if found[path] != want {
			t.Errorf("%s is a template: %v, want %v", path, found[path], want)
		}
	}
}
