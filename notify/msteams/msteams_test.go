package msteams

import (
	"errors"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"
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
		Texts:    []string{"title", "summary", "text"},
		Cut:      []string{"text"},
		Success:  receivertest.Answer{Body: "1"},
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
	const defaults = "title: '{{ template \"msteams.default.title\" . }}'\nsummary: '{{ template \"msteams.default.summary\" . }}'\ntext: '{{ template \"msteams.default.text\" . }}'\n"
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\ntitle: \"\"\nsummary: \"\"\ntext: \"\"\n"
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

func TestVerdict(t *testing.T) {
	req, err := notify.PostJSON("http://h/t0ken-of-the-hook", 1)
	if err != nil {
		t.Fatal(err)
	}
	const failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error "
	for _, test := range []struct {
		body, want string
		permanent  bool
	}{
		{"1", "", false},
		{"", "", false},
		{"HTTP error 500", "", false},
		{failed + "400 with ContextId tcid=0,cv=a.1..", "unexpected status code 400: " + failed + "400 with ContextId tcid=0,cv=a.1..", true},
		{failed + "429 with ContextId tcid=0", "unexpected status code 429: " + failed + "429 with ContextId tcid=0", false},
		{failed + "503 for t0ken-of-the-hook", "unexpected status code 503: " + failed + "503 for <secret>", false},
		{failed + "200", "the connector could not reach Teams", false},
		{failed + "4000", "the connector could not reach Teams", false},
		{"Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint", "the connector could not reach Teams", false},
	} {
		got := ""
		err := verdict(req, test.body)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q: error %q, want %q", test.body, got, test.want)
		}
		if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent != test.permanent {
			t.Errorf("%q: permanent %v, want %v", test.body, permanent, test.permanent)
		}
	}
}
