package mattermost

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "webhook_url: $URL/hooks/$SECRET",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"text", "title", "fallback", "pretext", "footer"},
		Cut:      []string{"text"},
		Values:   []string{"channel"},
		Success:  receivertest.Answer{Body: "ok"},
	})
}

func decode(global, entry string) (notify.Config, error) {
	around := notify.Around{Global: Kind().Globals()}
	d, err := yamlx.Parse([]byte(global))
	if err != nil {
		return nil, err
	}
	if err := d.Decode(around.Global); err != nil {
		return nil, err
	}
	if err := around.Global.(*Global).Check(); err != nil {
		return nil, err
	}
	if d, err = yamlx.Parse([]byte(entry)); err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfigErrors(t *testing.T) {
	const noURL = "one of webhook_url or webhook_url_file must be configured"
	tests := []struct{ name, global, entry, want string }{
		{"no URL", "", "{}", noURL},
		{"empty URL", "mattermost_webhook_url: ''", "webhook_url: ''", noURL},
		{"two URLs", "", "{webhook_url: http://h/s3cr3t, webhook_url_file: f}", "at most one of webhook_url and webhook_url_file must be configured"},
		{"scheme", "", "webhook_url: ftp://h/s3cr3t", "webhook_url: unsupported scheme, want http or https"},
		{"no host", "", "webhook_url: http:///s3cr3t", "webhook_url: missing host"},
		{"no URL at all", "", "webhook_url: http://h/s3cr3t%zz", "webhook_url: not a URL"},
		{"global URLs", "{mattermost_webhook_url: http://h/s3cr3t, mattermost_webhook_url_file: f}", "{}", "at most one of mattermost_webhook_url and mattermost_webhook_url_file must be configured"},
		{"global scheme", "mattermost_webhook_url: h/s3cr3t", "{}", "mattermost_webhook_url: unsupported scheme, want http or https"},
		{"field without value", "", "{webhook_url: http://h, fields: [{title: a, value: b}, {title: a}]}", "fields[1]: title and value must be configured"},
		{"field without title", "", "{webhook_url: http://h, fields: [{value: b}]}", "fields[0]: title and value must be configured"},
		{"no field", "", "{webhook_url: http://h, fields: [null]}", "fields[0]: title and value must be configured"},
		{"field of an attachment", "", "{webhook_url: http://h, attachments: [{}, {fields: [{title: a}]}]}", "attachments[1].fields[0]: title and value must be configured"},
		{"unknown key of an attachment", "", "{webhook_url: http://h, attachments: [{channel: a}]}", "channel"},
		{"unknown key of props", "", "{webhook_url: http://h, props: {cards: a}}", "cards"},
		{"acknowledgement", "", "{webhook_url: http://h, priority: {requested_ack: maybe}}", "requested_ack"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.global, test.entry)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the URL is in the error: %v", err)
			}
		})
	}
}

func show(t *testing.T, global, entry string) string {
	t.Helper()
	c, err := decode(global, entry)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(shown)
}

func TestDefaults(t *testing.T) {
	want := `send_resolved: true
webhook_url: <secret>
username: '{{ template "mattermost.default.username" . }}'
fallback: '{{ template "mattermost.default.fallback" . }}'
color: '{{ template "mattermost.default.color" . }}'
text: '{{ template "mattermost.default.text" . }}'
title: '{{ template "mattermost.default.title" . }}'
title_link: '{{ template "mattermost.default.titlelink" . }}'
`
	if diff := cmp.Diff(want, show(t, "", "webhook_url: http://h/s3cr3t")); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestInherit(t *testing.T) {
	const secret, file = "webhook_url: <secret>\n", "webhook_url_file: "
	tests := []struct{ name, global, entry, want string }{
		{"own URL", "mattermost_webhook_url_file: g", "webhook_url: http://h", secret},
		{"own file", "mattermost_webhook_url: http://g", "webhook_url_file: f", file + "f\n"},
		{"global URL", "mattermost_webhook_url: http://g", "{}", secret},
		{"global file", "mattermost_webhook_url_file: g", "{}", file + "g\n"},
		{"global URL as shown", "mattermost_webhook_url: <secret>", "{}", secret},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			shown := show(t, test.global, test.entry)
			if !strings.Contains(shown, test.want) || strings.Count(shown, "webhook_url") != 1 {
				t.Errorf("shown as\n%swant %s", shown, test.want)
			}
		})
	}
}

// TestEverythingShown checks that what is shown means the same.
func TestEverythingShown(t *testing.T) {
	first := show(t, "", `{webhook_url: 'http://h', channel: a, icon_url: b, icon_emoji: c, type: d,
		fields: [{title: a, value: b, short: false}], attachments: [{text: a}, {fields: [{title: a, value: b}]}],
		props: {card: e}, priority: {priority: urgent, requested_ack: true, persistent_notifications: true}}`)
	if diff := cmp.Diff(first, show(t, "", first)); diff != "" {
		t.Errorf("shown and read again:\n%s", diff)
	}
}

func TestPriority(t *testing.T) {
	tests := []struct {
		in   *Priority
		want *priority
	}{
		{nil, nil},
		{&Priority{RequestedAck: true}, nil},
		{&Priority{"urgent", true, true}, &priority{"urgent", true, true}},
		{&Priority{"URGENT", false, true}, &priority{"urgent", false, true}},
		{&Priority{"Important", true, true}, &priority{"important", true, false}},
		{&Priority{"standard", true, true}, &priority{"standard", false, false}},
		{&Priority{"asap", true, true}, &priority{"standard", false, false}},
		{&Priority{"{{ .GroupLabels.nowhere }}", true, true}, &priority{"standard", false, false}},
		{&Priority{"{{ .Nowhere }}", true, true}, &priority{"standard", false, false}},
		{&Priority{"{{ if .Alerts.Firing }}urgent{{ end }}", true, false}, &priority{"urgent", true, false}},
	}
	for _, test := range tests {
		r := renderer{Notification: receivertest.Notification(t, "firing")}
		if diff := cmp.Diff(test.want, r.priority(test.in), cmp.AllowUnexported(priority{})); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.in, diff)
		}
	}
}
