package incidentio

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "url: $URL/v2/alert_events/alertmanager/01\nalert_source_token: $SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"alert_source_token": "alert_source_token_file"},
		Success:  receivertest.Answer{Status: 202, Body: `{"status":"success"}`},
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
		"url: http://h",
		"url_file: /etc/url",
		"{url: 'http://h', alert_source_token: t}",
		"{url: 'http://h', alert_source_token_file: f}",
		"{url: 'http://h', alert_source_token: t, http_config: {}}",
		"{url: 'http://h', alert_source_token: t, http_config: {basic_auth: {username: u}}}",
		"{url: 'http://h', http_config: {authorization: {credentials: t}}}",
		"{url: 'http://h', http_config: {bearer_token: t}}",
		"{url: 'http://h', max_alerts: 18446744073709551615, timeout: 90s, send_resolved: false}",
	} {
		if _, err := decode(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	const secret = "s3cr3t-token"
	tests := []struct{ name, config, want string }{
		{"no URL", "{}", "one of url or url_file must be configured"},
		{"two URLs", "{url: 'http://h', url_file: f}", "at most one of url and url_file must be configured"},
		{"scheme", "url: ftp://h", "unsupported scheme"},
		{"no host", "url: 'http:///a'", "missing host"},
		{"two tokens", "{url: 'http://h', alert_source_token: s3cr3t-token, alert_source_token_file: f}", "at most one of alert_source_token and alert_source_token_file"},
		{
			"token and authorization", "{url: 'http://h', alert_source_token: s3cr3t-token, http_config: {authorization: {credentials: s3cr3t-token}}}",
			"alert_source_token: cannot be used together with authorization in http_config",
		},
		{
			"token file and bearer token", "{url: 'http://h', alert_source_token_file: f, http_config: {bearer_token: s3cr3t-token}}",
			"cannot be used together with authorization",
		},
		{"neither", "{url: 'http://h', http_config: {}}", "alert_source_token or alert_source_token_file must be configured, or authorization"},
		{"only basic auth", "{url: 'http://h', http_config: {basic_auth: {username: u, password: s3cr3t-token}}}", "alert_source_token or"},
		{"negative limit", "{url: 'http://h', max_alerts: -1}", "max_alerts"},
		{"payload", "{url: 'http://h', payload: {}}", `unknown key "payload"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("error %v, want %q", err, test.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("the token is in the error: %v", err)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{url: 'http://u:p@h/a', alert_source_token: t}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const want = "send_resolved: true\nurl: http://u:p@h/a\nurl_file: \"\"\nalert_source_token: <secret>\nmax_alerts: 0\n"
	if got := strings.Replace(string(shown), "timeout: 0s\n", "", 1); got != want {
		t.Errorf("shown as\n%swant\n%s", got, want)
	}
}

// TestTooLong sends messages that cannot be made short enough.
func TestTooLong(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	notification := func(size, alerts int) *notify.Notification {
		templates, err := template.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		b := template.Batch{Receiver: "r", Now: now}
		for i := range alerts {
			a := alert.New(alert.LabelsOf("alertname", "A", "n", strings.Repeat("n", i+1)))
			a.Annotations = alert.LabelsOf("text", strconv.Itoa(i)+strings.Repeat("x", size))
			a.StartsAt, a.EndsAt = now.Add(-time.Hour), now.Add(time.Hour)
			if i == 0 {
				a.EndsAt = now.Add(-time.Minute)
			}
			b.Alerts = append(b.Alerts, a)
		}
		return notify.NewNotification("{}:{}", b, templates)
	}
	tests := []struct {
		name         string
		size, alerts int
		max          uint64
		kept         int
		cut          uint64
		logged       string // "": nothing
	}{
		{"fits", 1000, 3, 0, 3, 0, ""},
		{"fits when limited", 200 << 10, 3, 1, 1, 2, ""},
		{"only the first", 150 << 10, 4, 0, 1, 3, "only the first alert is sent"},
		{"only the first of those that are left", 150 << 10, 6, 4, 1, 5, "only the first alert is sent"},
		{"one is too long", 600 << 10, 1, 0, 1, 0, "sent all the same"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			c := Config{URL: "http://h", MaxAlerts: test.max}
			req, err := c.request(notification(test.size, test.alerts), notify.Deps{Logger: log.NewLogfmtLogger(&out)})
			if err != nil {
				t.Fatal(err)
			}
			var got message
			if err := json.NewDecoder(req.Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
			if len(got.Alerts) != test.kept || got.TruncatedAlerts != test.cut {
				t.Errorf("%d alerts, %d truncated; want %d and %d", len(got.Alerts), got.TruncatedAlerts, test.kept, test.cut)
			}
			if test.max == 0 && test.alerts > 1 && got.Status != "firing" {
				t.Errorf("status %s, want that of the whole group", got.Status)
			}
			if !strings.Contains(out.String(), test.logged) || test.logged == "" && out.Len() > 0 {
				t.Errorf("logged %q, want %q", out.String(), test.logged)
			}
		})
	}
}
