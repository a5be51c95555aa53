package discord

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
		Config:   "webhook_url: $URL/$SECRET",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"content", "title", "message"},
		Cut:      []string{"content", "message"},
		Success:  receivertest.Answer{Status: 204},
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
	const secret = "s3cr3t-hook"
	tests := []struct{ name, config, want string }{
		{"URL", "webhook_url: https://u:p@h:8443/s3cr3t-hook?wait=true", ""},
		{"file", "webhook_url_file: /etc/hook", ""},
		{"shown", "webhook_url: <secret>", ""},
		{"avatar that is no URL", "{webhook_url: 'http://h', avatar_url: ':'}", ""},
		{"no URL", "{}", "one of webhook_url or webhook_url_file must be configured"},
		{"empty URL", "webhook_url: ''", "one of webhook_url or webhook_url_file must be configured"},
		{"two URLs", "{webhook_url: 'http://h/s3cr3t-hook', webhook_url_file: f}", "at most one of webhook_url and webhook_url_file"},
		{"scheme", "webhook_url: ftp://h/s3cr3t-hook", "webhook_url: unsupported scheme, want http or https"},
		{"no host", "webhook_url: http:///s3cr3t-hook", "webhook_url: missing host"},
		{"no URL at all", "webhook_url: 'http://h:s3cr3t-hook'", "webhook_url: not a URL"},
		{"list for a text", "{webhook_url: 'http://h', title: [a]}", "title"},
		{"negative timeout", "{webhook_url: 'http://h', timeout: -1s}", "timeout: -1s is negative"},
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
	const defaults = "title: '{{ template \"discord.default.title\" . }}'\nmessage: '{{ template \"discord.default.message\" . }}'\n"
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\ncontent: c\ntitle: \"\"\nmessage: \"\"\nusername: u\navatar_url: a\n"
	for config, want := range map[string]string{
		"webhook_url: http://h/s3cr3t-hook": "send_resolved: true\nwebhook_url: <secret>\n" + defaults,
		all:                                 all,
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

func TestWarnings(t *testing.T) {
	var logged bytes.Buffer
	c := Config{Title: "short", Message: `{{ printf "%5000s" "x" }}`, AvatarURL: "%zz"}
	c.message(notify.Deps{Logger: log.NewLogfmtLogger(&logged)}, receivertest.Notification(t, "bare"))
	for _, want := range []string{"key=message characters=4096", "key=avatar_url"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, logged.String())
		}
	}
	if strings.Contains(logged.String(), "key=title") {
		t.Errorf("a warning about a title that fits:\n%s", logged.String())
	}
}
