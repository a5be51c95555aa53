package dingtalk

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
		Config:   "webhook_url: $URL/robot/send?access_token=$SECRET\nsecret: SEC0123456789",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"title", "message"},
		Cut:      []string{"message"},
		Success:  receivertest.Answer{Body: `{"errcode":0,"errmsg":"ok"}`},
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
	const card = "{webhook_url: 'http://h', message_type: action_card, "
	tests := []struct{ name, config, want string }{
		{"URL", "webhook_url: 'https://h/robot/send?access_token=s3cr3t-token'", ""},
		{"file", "{webhook_url_file: /etc/hook, secret_file: /etc/secret}", ""},
		{"shown", "{webhook_url: <secret>, secret: <secret>}", ""},
		{"text", "{webhook_url: 'http://h', message_type: text, at_all: true}", ""},
		{"card", card + "button_layout: horizontal, buttons: [{title: a, url: b}]}", ""},
		{"no URL", "{}", "one of webhook_url or webhook_url_file must be configured"},
		{"two URLs", "{webhook_url: 'http://h/s3cr3t-token', webhook_url_file: f}", "at most one of webhook_url and webhook_url_file"},
		{"scheme", "webhook_url: ftp://h/s3cr3t-token", "webhook_url: unsupported scheme, want http or https"},
		{"two secrets", "{webhook_url: 'http://h', secret: s3cr3t-token, secret_file: f}", "at most one of secret and secret_file must be configured"},
		{"type", "{webhook_url: 'http://h', message_type: actionCard}", "message_type: must be text, markdown or action_card"},
		{"no type", "{webhook_url: 'http://h', message_type: ''}", "message_type"},
		{"buttons of a text", "{webhook_url: 'http://h', message_type: text, buttons: [{title: a, url: b}]}", "only message_type action_card has buttons"},
		{"layout of markdown", "{webhook_url: 'http://h', button_layout: vertical}", "only message_type action_card has buttons"},
		{"mobiles of a card", card + "at_mobiles: [a]}", "at_mobiles, at_user_ids, at_all: DingTalk does not take them"},
		{"users of a card", card + "at_user_ids: [a]}", "does not take them"},
		{"all of a card", card + "at_all: true}", "does not take them"},
		{"button without title", card + "buttons: [{title: a, url: b}, {url: b}]}", "buttons[1]: title and url must be configured"},
		{"button without URL", card + "buttons: [{title: a}]}", "buttons[0]: title and url must be configured"},
		{"layout", card + "button_layout: round}", "button_layout: must be vertical or horizontal"},
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
	const texts = "title: '{{ template \"slack.default.title\" . }}'\nmessage: '### {{ template \"slack.default.title\" . }}{{ template \"msteamsv2.default.text\" . }}'\n"
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\nsecret_file: g\nmessage_type: action_card\ntitle: t\nmessage: m\n" +
		"buttons:\n    - title: a\n      url: b\nbutton_layout: vertical\n"
	for config, want := range map[string]string{
		"{webhook_url: 'http://h/s3cr3t', secret: s3cr3t}": "send_resolved: true\nwebhook_url: <secret>\nsecret: <secret>\nmessage_type: markdown\n" + texts,
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
	const proof = "5v%2BeNDcO7jplMDVfSqcMaANtWj%2BH2fBfit8tC5oUmpE%3D"
	for target, want := range map[string]string{
		"https://h/robot/send?access_token=a%2Bb": "https://h/robot/send?access_token=a%2Bb&sign=" + proof + "&timestamp=1773489600123",
		"https://h": "https://h?sign=" + proof + "&timestamp=1773489600123",
	} {
		if got, err := sign(target, "SECdemo", noon()); err != nil || got != want {
			t.Errorf("%s is signed as %s, error %v; want %s", target, got, err, want)
		}
	}
	if _, err := sign("ftp://s3cr3t", "SECdemo", noon()); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error %v, want one without the URL", err)
	}
}

func TestBodySize(t *testing.T) {
	many := make([]template.Text, 50)
	for i := range many {
		many[i] = template.Text("user<" + strings.Repeat("x", i) + ">")
	}
	card := Config{MessageType: typeActionCard, Title: "{{ len .Alerts }}", Buttons: []Button{{"a", "b&c"}, {"d", "e"}}}
	for name, c := range map[string]Config{
		"text":     {MessageType: typeText},
		"markdown": {MessageType: typeMarkdown, Title: template.Text(strings.Repeat("<", 300)), AtUserIDs: many, AtAll: true},
		"card":     card,
	} {
		for _, filling := range []string{"x", "é", "語", "🔥", "<", "\"", "\n", "\x01"} {
			var logged bytes.Buffer
			r := renderer{Notification: receivertest.Notification(t, "bare"), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
			c.Message = template.Text(strings.Repeat(filling, 30000))
			body, err := json.Marshal(r.message(c))
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

func TestWait(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": time.Minute, "5": 5 * time.Second, "0": time.Minute, "-1": time.Minute, `"5"`: time.Minute, "9000000000000000000": time.Hour,
	} {
		if got := wait(json.RawMessage(value)); got != want {
			t.Errorf("%q: wait %s, want %s", value, got, want)
		}
	}
}
