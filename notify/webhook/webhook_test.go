package webhook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "url: $URL/$SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"url": "url_file"},
		Values:   []string{"url"},
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
	for _, text := range []string{
		"url: http://example",
		"url: https://u:p@example:8080/a?b=c#d",
		"url: 'http://example/{{ .GroupLabels.team }}'",
		"url: '{{ .CommonAnnotations.hook }}'",
		"url: <secret>",
		"url_file: /etc/hook",
		"{url: 'http://example', max_alerts: 18446744073709551615}",
		"{url: 'http://example', payload: [1, {a: [.5, null]}]}",
	} {
		if _, err := decode(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	const secret = "s3cr3t-hook"
	tests := []struct{ name, config, want string }{
		{"no URL", "{}", "one of url or url_file must be configured"},
		{"empty URL", "url: ''", "one of url or url_file must be configured"},
		{"two URLs", "{url: 'http://h/s3cr3t-hook', url_file: f}", "at most one of url and url_file must be configured"},
		{"scheme", "url: ftp://h/s3cr3t-hook", "url: unsupported scheme, want http or https"},
		{"no scheme", "url: h/s3cr3t-hook", "url: unsupported scheme, want http or https"},
		{"no host", "url: http:///s3cr3t-hook", "url: missing host"},
		{"no URL at all", "url: 'http://h:s3cr3t-hook'", "url: not a URL"},
		{"escape", "url: http://h/s3cr3t-hook%zz", "url: not a URL"},
		{"template", "url: 'http://h/s3cr3t-hook{{ .A'", "url: the template does not parse"},
		{"unknown function", "url: 'http://h/{{ nothing .A }}'", "url: the template does not parse"},
		{"negative limit", "{url: 'http://h', max_alerts: -1}", "max_alerts"},
		{"negative timeout", "{url: 'http://h', timeout: -1s}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			if err == nil {
				t.Fatalf("accepted, want %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the URL is in the error: %v", err)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	c, err := decode("url: http://example")
	if err != nil {
		t.Fatal(err)
	}
	if !c.SendsResolved() || c.AttemptTimeout() != 0 {
		t.Errorf("send_resolved %v, timeout %s, want true and none", c.SendsResolved(), c.AttemptTimeout())
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if want := "send_resolved: true\nurl: <secret>\nurl_file: \"\"\nmax_alerts: 0\n"; string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func BenchmarkSend(b *testing.B) {
	b.Run("1 alert", func(b *testing.B) { benchmark(b, "firing") })
	b.Run("100 alerts", func(b *testing.B) { benchmark(b, "many") })
}

func benchmark(b *testing.B, fixture string) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	c, err := decode("url: " + server.URL)
	if err != nil {
		b.Fatal(err)
	}
	sender, err := c.Open(notify.Deps{})
	if err != nil {
		b.Fatal(err)
	}
	n := receivertest.Notification(b, fixture)
	b.ReportAllocs()
	for b.Loop() {
		if err := sender.Send(b.Context(), n); err != nil {
			b.Fatal(err)
		}
	}
}
