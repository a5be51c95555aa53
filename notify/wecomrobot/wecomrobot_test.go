package wecomrobot

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "webhook_url: $URL/cgi-bin/webhook/send?key=$SECRET",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"message"},
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
	const secret = "s3cr3t-key"
	tests := []struct{ name, config, want string }{
		{"URL", "webhook_url: 'https://h/cgi-bin/webhook/send?key=s3cr3t-key'", ""},
		{"file", "webhook_url_file: /etc/hook", ""},
		{"shown", "webhook_url: <secret>", ""},
		{"markdown", "{webhook_url: 'http://h', message_type: markdown}", ""},
		{"mentions", "{webhook_url: 'http://h', mentioned_list: ['@all'], mentioned_mobile_list: ['13800000000']}", ""},
		{"no URL", "{}", "one of webhook_url or webhook_url_file must be configured"},
		{"two URLs", "{webhook_url: 'http://h/s3cr3t-key', webhook_url_file: f}", "at most one of webhook_url and webhook_url_file"},
		{"scheme", "webhook_url: ftp://h/s3cr3t-key", "webhook_url: unsupported scheme, want http or https"},
		{"no host", "webhook_url: http:///s3cr3t-key", "webhook_url: missing host"},
		{"type", "{webhook_url: 'http://h/s3cr3t-key', message_type: html}", "message_type: must be text or markdown"},
		{"type in capitals", "{webhook_url: 'http://h', message_type: Text}", "message_type"},
		{"no type", "{webhook_url: 'http://h', message_type: ''}", "message_type"},
		{"mention in markdown", "{webhook_url: 'http://h', message_type: markdown, mentioned_list: [a]}", "mentioned_list: WeCom takes it only with message_type text"},
		{"mobile in markdown", "{webhook_url: 'http://h', message_type: markdown, mentioned_mobile_list: [a]}", "mentioned_mobile_list: WeCom takes it only with message_type text"},
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
				t.Errorf("error %q, want one with %q and without the URL", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\nmessage_type: text\nmessage: m\nmentioned_list:\n    - '@all'\nmentioned_mobile_list:\n    - \"138\"\n"
	for config, want := range map[string]string{
		"webhook_url: http://h/s3cr3t-key": "send_resolved: true\nwebhook_url: <secret>\nmessage_type: text\nmessage: '{{ template \"wechat.default.message\" . }}'\n",
		all:                                all,
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

func TestLimits(t *testing.T) {
	for kind, most := range map[string]int{typeText: 2048, typeMarkdown: 4096} {
		var logged bytes.Buffer
		r := renderer{Notification: receivertest.Notification(t, "bare"), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
		content := func(text string) string {
			m := r.message(Config{MessageType: kind, Message: template.Text(text)})
			if kind == typeMarkdown {
				return m.Markdown.Content
			}
			return m.Text.Content
		}
		if fits := strings.Repeat("é", most/2); content(fits) != fits || logged.Len() > 0 {
			t.Errorf("%s: a text of %d bytes was cut: %s", kind, most, logged.String())
		}
		end := "…" + r.Ending()
		if got, want := content(strings.Repeat("é", most/2)+"x"), strings.Repeat("é", (most-len(end))/2)+end; got != want {
			t.Errorf("%s: cut to %d bytes, want %d", kind, len(got), len(want))
		}
		if !strings.Contains(logged.String(), "key=message") {
			t.Errorf("%s: no warning", kind)
		}
	}
}
