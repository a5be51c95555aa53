package feishu

import (
	"bytes"
	"encoding/json"
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

func noon() time.Time { return time.Date(2026, time.March, 14, 12, 0, 0, 123456789, time.UTC) }

func TestReceiver(t *testing.T) {
	receivertest.Run(t, kind(noon), receivertest.Options{
		Config:   "webhook_url: $URL/open-apis/bot/v2/hook/$SECRET\nsecret: demo",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"title", "message"},
		Cut:      []string{"message"},
		Success:  receivertest.Answer{Body: `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`},
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
		{"URL", "webhook_url: https://h/open-apis/bot/v2/hook/s3cr3t-token", ""},
		{"files", "{webhook_url_file: /etc/hook, secret_file: /etc/secret}", ""},
		{"shown", "{webhook_url: <secret>, secret: <secret>}", ""},
		{"text", "{webhook_url: 'http://h', message_type: text, at_all: true}", ""},
		{"post", "{webhook_url: 'http://h', message_type: post, at_user_ids: [a]}", ""},
		{"card", "{webhook_url: 'http://h', message_type: interactive, buttons: [{title: a, url: b}]}", ""},
		{"no URL", "{}", "one of webhook_url or webhook_url_file must be configured"},
		{"two URLs", "{webhook_url: 'http://h/s3cr3t-token', webhook_url_file: f}", "at most one of webhook_url and webhook_url_file"},
		{"scheme", "webhook_url: ftp://h/s3cr3t-token", "webhook_url: unsupported scheme, want http or https"},
		{"two secrets", "{webhook_url: 'http://h', secret: s3cr3t-token, secret_file: f}", "at most one of secret and secret_file must be configured"},
		{"type", "{webhook_url: 'http://h', message_type: card}", "message_type: must be text, post or interactive"},
		{"no type", "{webhook_url: 'http://h', message_type: ''}", "message_type"},
		{"buttons of a text", "{webhook_url: 'http://h', message_type: text, buttons: [{title: a, url: b}]}", "buttons: only message_type interactive has buttons"},
		{"buttons of a post", "{webhook_url: 'http://h', message_type: post, buttons: [{title: a, url: b}]}", "buttons: only message_type interactive has buttons"},
		{"button without title", "{webhook_url: 'http://h', buttons: [{title: a, url: b}, {url: b}]}", "buttons[1]: title and url must be configured"},
		{"button without URL", "{webhook_url: 'http://h', buttons: [{title: a}]}", "buttons[0]: title and url must be configured"},
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
				t.Errorf("error %q, want one with %q and without secrets", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const texts = "title: '{{ template \"slack.default.title\" . }}'\nmessage: '{{ template \"discord.default.message\" . }}'\n" +
		"color: '{{ if eq .Status \"firing\" }}red{{ else }}green{{ end }}'\n"
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\nsecret_file: g\nmessage_type: interactive\ntitle: t\nmessage: m\n" +
		"at_user_ids:\n    - ou_1\nat_all: true\ncolor: blue\nbuttons:\n    - title: a\n      url: b\n"
	for config, want := range map[string]string{
		"{webhook_url: 'http://h/s3cr3t', secret: s3cr3t}": "send_resolved: true\nwebhook_url: <secret>\nsecret: <secret>\nmessage_type: interactive\n" + texts,
		all: all,
	} {
		c, err := decode(config)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := yaml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if string(shown) != want {
			t.Errorf("shown as\n%swant\n%s", shown, want)
		}
	}
}

func TestSign(t *testing.T) {
	// The proof is what openssl dgst -sha256 -hmac gives.
	want := signature{Timestamp: "1773489600", Sign: "PHQyMSV1IhrB+ioz/p9QzF4yUfzUrtxaSrTM/+TwO5k="}
	if got := sign("demo", noon()); got != want {
		t.Errorf("signature %+v, want %+v", got, want)
	}
}

func TestBodySize(t *testing.T) {
	many := make([]template.Text, 50)
	for i := range many {
		many[i] = template.Text("ou_" + strings.Repeat("x", i))
	}
	for name, c := range map[string]Config{
		"text": {MessageType: typeText, Title: "<t>", AtUserIDs: many},
		"bare": {MessageType: typeText},
		"post": {MessageType: typePost, Title: template.Text(strings.Repeat("<", 300)), AtUserIDs: many, AtAll: true},
		"card": {MessageType: typeCard, Title: "t", Color: "red", AtAll: true, Buttons: []Button{{"a", "b&c"}, {"d", "e"}}},
	} {
		for _, filling := range []string{"x", "é", "語", "🔥", "<", "\"", "\n", "\x01"} {
			var logged bytes.Buffer
			r := renderer{Notification: receivertest.Notification(t, "bare"), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
			c.Message = template.Text(strings.Repeat(filling, 30000))
			body, err := json.Marshal(r.message(c, sign("demo", noon())))
			if err != nil {
				t.Fatal(err)
			}
			if n := len(body) + 1; n > maxBody || n < maxBody-10 {
				t.Errorf("%s of %q: the body has %d bytes, want nearly %d", name, filling, n, maxBody)
			}
			if !strings.Contains(logged.String(), "key=message") {
				t.Errorf("%s of %q: no warning", name, filling)
			}
		}
	}
}
