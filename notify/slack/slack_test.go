package slack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func texts() []string {
	return []string{"title", "pretext", "text", "message_text", "fallback", "footer"}
}

func success() receivertest.Answer {
	return receivertest.Answer{
		Header: map[string]string{"Content-Type": "application/json; charset=utf-8"},
		Body:   `{"ok":true,"channel":"C1","ts":"1503435956.000247","message":{"type":"message"}}`,
	}
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "api_url: $URL/$SECRET",
		Required: []string{"api_url"},
		Files:    map[string]string{"api_url": "api_url_file"},
		Texts:    texts(),
		Cut:      []string{"message_text", "text"},
		Values:   []string{"channel"},
		Success:  receivertest.Answer{Body: "ok"},
	})
}

// TestApp is the suite for entries with a token. The golden cases run again.
func TestApp(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{app_token: $SECRET, app_url: $URL}",
		Required: []string{"app_token"},
		Files:    map[string]string{"app_token": "app_token_file"},
		Texts:    texts(),
		Values:   []string{"channel"},
		Success:  success(),
	})
}

// surroundings are the global section.
type surroundings struct {
	global string
	http   *commoncfg.HTTPClientConfig
}

func (s surroundings) decode(entry string) (notify.Config, error) {
	around := notify.Around{HTTP: s.http, Global: Kind().Globals()}
	d, err := yamlx.Parse([]byte(s.global))
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
	const noTarget = "one of api_url, api_url_file, app_token or app_token_file must be configured"
	const twoTargets = "at most one of api_url and app_token, or their files, must be configured"
	const wrongUpdate = "update_message: api_url, or app_url if there is an app_token, must be https://slack.com/api/chat.postMessage"
	tests := []struct{ name, global, entry, want string }{
		{"nothing", "", "{}", noTarget},
		{"two URLs", "", "{api_url: http://h/s3cr3t, api_url_file: f}", "at most one of api_url and api_url_file must be configured"},
		{"two tokens", "", "{app_token: s3cr3t, app_token_file: f}", "at most one of app_token and app_token_file must be configured"},
		{"URL and token", "", "{api_url: http://h/s3cr3t, app_token: s3cr3t}", twoTargets},
		{"URL and token file", "", "{api_url: http://h/s3cr3t, app_token_file: f}", twoTargets},
		{"URL file and token", "", "{api_url_file: f, app_token: s3cr3t}", twoTargets},
		{"scheme", "", "api_url: ftp://h/s3cr3t", "api_url: unsupported scheme, want http or https"},
		{"no URL", "", "api_url: http://h/s3cr3t%zz", "api_url: not a URL"},
		{"app URL", "", "{app_token: s3cr3t, app_url: h}", "app_url"},
		{"no app URL", "slack_app_url: null", "api_url: http://h/s3cr3t", "app_url: must be configured"},
		{"authorization", "", "{app_token: s3cr3t, http_config: {authorization: {credentials: s3cr3t}}}", "app_token: at most one of it and the authorization"},
		{"bearer token", "", "{app_token: s3cr3t, http_config: {bearer_token: s3cr3t}}", "app_token: at most one of it and the authorization"},
		{"update elsewhere", "", "{api_url: http://h/s3cr3t, update_message: true}", wrongUpdate},
		{"update by file", "", "{api_url_file: f, update_message: true}", wrongUpdate},
		{"update by the global URL", "slack_api_url: " + postMessage, "update_message: true", wrongUpdate},
		{"update at another app URL", "", "{app_token: s3cr3t, app_url: http://h, update_message: true}", wrongUpdate},
		{"field without value", "", "{api_url: http://h, fields: [{title: a, value: b}, {title: a}]}", "fields[1]: title and value must be configured"},
		{"field without title", "", "{api_url: http://h, fields: [{value: b}]}", "fields[0]: title and value must be configured"},
		{"no field", "", "{api_url: http://h, fields: [null]}", "fields[0]: title and value must be configured"},
		{"action without type", "", "{api_url: http://h, actions: [{text: a, url: b}]}", "actions[0]: type must be configured"},
		{"action without text", "", "{api_url: http://h, actions: [{type: a, url: b}]}", "actions[0]: text must be configured"},
		{"action without name", "", "{api_url: http://h, actions: [{type: a, text: b}]}", "actions[0]: one of url or name must be configured"},
		{"no action", "", "{api_url: http://h, actions: [null]}", "actions[0]: type must be configured"},
		{"confirm", "", "{api_url: http://h, actions: [{type: a, text: b, name: c, confirm: {title: d}}]}", "actions[0]: confirm: text must be configured"},
		{"unknown key of a field", "", "{api_url: http://h, fields: [{title: a, value: b, long: true}]}", "long"},
		{"global URLs", "{slack_api_url: http://h/s3cr3t, slack_api_url_file: f}", "{}", "at most one of slack_api_url and slack_api_url_file must be configured"},
		{"global tokens", "{slack_app_token: s3cr3t, slack_app_token_file: f}", "{}", "at most one of slack_app_token and slack_app_token_file must be configured"},
		{"global URL and token", "{slack_api_url: http://h/s3cr3t, slack_app_token: s3cr3t}", "{}", "at most one of slack_api_url and slack_app_token"},
		{"global URL and token file", "{slack_api_url: http://h/s3cr3t, slack_app_token_file: f}", "{}", "at most one of slack_api_url and slack_app_token"},
		{"global URL file and token", "{slack_api_url_file: f, slack_app_token: s3cr3t}", "{}", "at most one of slack_api_url and slack_app_token"},
		{"global scheme", "slack_api_url: h/s3cr3t", "{}", "slack_api_url: unsupported scheme"},
		{"global app URL", "slack_app_url: h", "{}", "slack_app_url"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := surroundings{global: test.global}.decode(test.entry)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("a secret is in the error: %v", err)
			}
		})
	}
}

func TestGlobalAuthorization(t *testing.T) {
	http := &commoncfg.HTTPClientConfig{Authorization: &commoncfg.Authorization{Type: "Bearer", Credentials: "s3cr3t"}}
	for entry, fine := range map[string]bool{
		"{}":                            false,
		"app_token: t":                  false,
		"{app_token: t, http_config: }": false,
		"{app_token: t, http_config: {follow_redirects: true}}": true,
		"api_url: http://h": true,
	} {
		_, err := surroundings{global: "slack_app_token: t", http: http}.decode(entry)
		if (err == nil) != fine {
			t.Errorf("%s: error %v, want one: %v", entry, err, !fine)
		}
	}
}

// TestInherit looks at what is shown: where messages go, and with which secret.
func TestInherit(t *testing.T) {
	const (
		global    = "slack_app_token: t"
		app       = "app_url: https://slack.com/api/chat.postMessage"
		secretURL = "api_url: <secret>"
		token     = "app_token: <secret>"
	)
	tests := []struct {
		name, global, entry string
		want                []string
	}{
		{"own URL", "", "api_url: http://h", []string{secretURL, app}},
		{"own URL before global file", "slack_api_url_file: f", "api_url: http://h", []string{secretURL, app}},
		{"own file before global URL", "slack_api_url: http://g", "api_url_file: f", []string{"api_url_file: f", app}},
		{"global URL", "slack_api_url: http://g", "{}", []string{secretURL, app}},
		{"global file", "slack_api_url_file: g", "{}", []string{"api_url_file: g", app}},
		{"own URL before global token", global, "api_url: http://h", []string{secretURL, app}},
		{"global token", global, "{}", []string{token, app}},
		{"global token file", "slack_app_token_file: g", "{}", []string{"app_token_file: g", app}},
		{"own token before global file", "slack_app_token_file: g", "app_token: t", []string{token, app}},
		{"own token before global URL", "slack_api_url: http://g", "app_token: t", []string{token, app}},
		{"global token before own file", global, "api_url_file: f", []string{token, app}},
		{"own authorization", "{slack_api_url: http://a, slack_app_url: http://a, slack_app_token: t}", "http_config: {bearer_token: b}", []string{secretURL, "app_url: http://a"}},
		{"old key and token", "{slack_api_url: http://a, slack_app_url: http://a, slack_app_token: t}", "{}", []string{token, "app_url: http://a"}},
		{"old key as shown", "{slack_api_url: <secret>, slack_app_token: t}", "{}", []string{token, app}},
		{"own app URL", global, "app_url: http://a", []string{token, "app_url: http://a"}},
		{"update with a token", global, "update_message: true", []string{token, app}},
		{"update with a URL", "", "{update_message: true, api_url: " + postMessage + "}", []string{secretURL, app}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := surroundings{global: test.global}.decode(test.entry)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, lines(t, c, "api_", "app_")); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

// lines are those of what is shown that begin with a word.
func lines(t *testing.T, c notify.Config, words ...string) []string {
	t.Helper()
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(shown)) {
		for _, word := range words {
			if strings.HasPrefix(line, word) {
				found = append(found, strings.TrimSpace(line))
			}
		}
	}
	return found
}

func TestDefaults(t *testing.T) {
	c, err := surroundings{}.decode("api_url: http://h/s3cr3t")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: false
api_url: <secret>
app_url: https://slack.com/api/chat.postMessage
username: '{{ template "slack.default.username" . }}'
color: '{{ template "slack.default.color" . }}'
title: '{{ template "slack.default.title" . }}'
title_link: '{{ template "slack.default.titlelink" . }}'
pretext: '{{ template "slack.default.pretext" . }}'
text: '{{ template "slack.default.text" . }}'
short_fields: false
footer: '{{ template "slack.default.footer" . }}'
fallback: '{{ template "slack.default.fallback" . }}'
callback_id: '{{ template "slack.default.callbackid" . }}'
icon_emoji: '{{ template "slack.default.iconemoji" . }}'
icon_url: '{{ template "slack.default.iconurl" . }}'
link_names: false
update_message: false
`
	if diff := cmp.Diff(want, string(shown)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

// TestEverythingShown checks that what is shown means the same.
func TestEverythingShown(t *testing.T) {
	entry := `{api_url: 'http://h', actions: [{type: button, text: a, url: b, name: c, value: d, confirm: {text: e}}], fields: [{title: a, value: b, short: false}], mrkdwn_in: [text]}`
	c, err := surroundings{}.decode(entry)
	if err != nil {
		t.Fatal(err)
	}
	first, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(first), "confirm") || !strings.Contains(string(first), "short: false") {
		t.Errorf("shown as\n%s", first)
	}
	again, err := surroundings{}.decode(string(first))
	if err != nil {
		t.Fatal(err)
	}
	second, err := yaml.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" {
		t.Errorf("shown and read again:\n%s", diff)
	}
}
