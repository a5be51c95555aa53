package googlechat

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

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "url: $URL/v1/spaces/AAA/messages?key=k&token=$SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"url": "url_file"},
		Texts:    []string{"title", "text"},
		Cut:      []string{"text"},
		Values:   []string{"thread_key"},
		Success:  receivertest.Answer{Body: `{"name":"spaces/AAA/messages/B.C","thread":{"name":"spaces/AAA/threads/B"}}`},
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
		{"URL", "url: https://h:8443/v1/spaces/A/messages?key=s3cr3t-hook&token=t", ""},
		{"file", "{url_file: /etc/hook, thread_key: '{{ .Receiver }}'}", ""},
		{"shown", "url: <secret>", ""},
		{"no thread", "{url: 'http://h', threaded: false}", ""},
		{"no URL", "{}", "one of url or url_file must be configured"},
		{"two URLs", "{url: 'http://h/s3cr3t-hook', url_file: f}", "at most one of url and url_file"},
		{"scheme", "url: ftp://h/s3cr3t-hook", "url: unsupported scheme, want http or https"},
		{"no host", "url: http:///s3cr3t-hook", "url: missing host"},
		{"no URL at all", "url: 'http://h:s3cr3t-hook'", "url: not a URL"},
		{"thread key without thread", "{url: 'http://h/s3cr3t-hook', threaded: false, thread_key: k}", "thread_key has no meaning"},
		{"negative timeout", "{url: 'http://h', timeout: -1s}", "timeout: -1s is negative"},
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
	const all = "send_resolved: false\ntimeout: 5s\nurl_file: f\ntitle: \"\"\ntext: t\nthreaded: true\nthread_key: k\n"
	for config, want := range map[string]string{
		"{url: 'http://h/s3cr3t', title: h, text: t}": "send_resolved: true\nurl: <secret>\ntitle: h\ntext: t\nthreaded: true\n",
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

// Whatever is in a message, Google Chat takes it.
func TestFits(t *testing.T) {
	var logged bytes.Buffer
	s := sender{Config: defaults(), deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
	for _, text := range []string{"x", "<", "語", "\x01"} {
		logged.Reset()
		s.Text, s.ThreadKey = template.Text(strings.Repeat(text, 33000)), template.Text(strings.Repeat("k", 4001))
		m := s.message(receivertest.Notification(t, "bare"))
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if len(b)+1 > maxBody || len(b) < maxBody-30 {
			t.Errorf("%q: %d bytes, want %d or little less", text, len(b), maxBody)
		}
		for _, want := range []string{"key=text bytes=", "key=thread_key characters=4000"} {
			if !strings.Contains(logged.String(), want) {
				t.Errorf("%q: the log does not say %s:\n%s", text, want, logged.String())
			}
		}
	}
}
