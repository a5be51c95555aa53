package opsgenie

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func accepted() receivertest.Answer {
	return receivertest.Answer{
		Status: http.StatusAccepted,
		Body:   `{"result":"Request will be processed","took":0.1,"requestId":"1"}`,
	}
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_key: $SECRET, api_url: $URL}",
		Required: []string{"api_key"},
		Files:    map[string]string{"api_key": "api_key_file"},
		Texts:    []string{"message", "description", "note"},
		Values:   []string{"api_key"},
		Success:  accepted(),
	})
}

// What holds for one request holds for the three of an update.
func TestReceiverWithUpdates(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:  "{api_key: $SECRET, api_url: $URL, update_alerts: true}",
		Files:   map[string]string{"api_key": "api_key_file"},
		Success: accepted(),
	})
}

func decode(text, global string) (notify.Config, error) {
	kind := Kind()
	around := notify.Around{Global: kind.Globals()}
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
	if d, err = yamlx.Parse([]byte(text)); err != nil {
		return nil, err
	}
	return kind.Decode(d.Decode, around)
}

func TestConfig(t *testing.T) {
	tests := []struct{ config, global string }{
		{"api_key: k", ""},
		{"api_key: <secret>", ""},
		{"api_key_file: f", ""},
		{"api_key_file: f", "opsgenie_api_key: k"},
		{"api_key: k", "opsgenie_api_key_file: f"},
		{"{}", "opsgenie_api_key: k"},
		{"{}", "opsgenie_api_key_file: f"},
		{"{api_key: k, api_url: 'http://h'}", "opsgenie_api_url: null"},
		{"{api_key: k, priority: P9, responders: null, details: null}", ""},
		{"{api_key: k, responders: [{id: i, type: Team}, {name: n, type: TEAMS}, {username: u, type: user}]}", ""},
		{"{api_key: k, responders: [{id: i, type: escalation}, {id: i, type: schedule}]}", ""},
		{"{api_key: k, responders: [{id: i, type: '{{ .CommonLabels.type | toLower }}'}]}", ""},
		{"{api_key: k, responders: [{id: i, type: '{{ template \"mine\" . }}'}]}", ""},
	}
	for _, test := range tests {
		if _, err := decode(test.config, test.global); err != nil {
			t.Errorf("%s with global %s: %v", test.config, test.global, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	const secret = "s3cr3t-key"
	tests := []struct{ name, config, global, want string }{
		{"no key", "{}", "", "api_key: missing; set api_key or api_key_file here, or opsgenie_api_key or"},
		{"empty key", "{api_key: '', api_key_file: ''}", "", "api_key: missing"},
		{"two keys", "{api_key: s3cr3t-key, api_key_file: f}", "", "at most one of api_key and api_key_file"},
		{"two global keys", "{}", "{opsgenie_api_key: s3cr3t-key, opsgenie_api_key_file: f}", "at most one of opsgenie_api_key and opsgenie_api_key_file"},
		{"no URL", "api_key: s3cr3t-key", "opsgenie_api_url: null", "api_url: missing; set it here or as opsgenie_api_url"},
		{"URL", "{api_key: s3cr3t-key, api_url: ftp://h}", "", "unsupported scheme"},
		{"empty URL", "{api_key: s3cr3t-key, api_url: ''}", "", "unsupported scheme"},
		{"global URL", "api_key: s3cr3t-key", "opsgenie_api_url: 'http://'", "missing host"},
		{"null responder", "{api_key: s3cr3t-key, responders: [null]}", "", "responders[0]: one of id, name and username"},
		{"nobody", "{api_key: s3cr3t-key, responders: [{id: i, type: user}, {type: team}]}", "", "responders[1]: one of id, name and username"},
		{"no type", "{api_key: s3cr3t-key, responders: [{id: i}]}", "", `responders[0]: type: "" is none of team, teams, user, escalation, schedule`},
		{"type", "{api_key: s3cr3t-key, responders: [{id: i, type: group}]}", "", `type: "group" is none of`},
		{"template of a type", "{api_key: s3cr3t-key, responders: [{id: i, type: '{{ .A'}]}", "", "responders[0]: type: template:"},
		{"function in a type", "{api_key: s3cr3t-key, responders: [{id: i, type: '{{ nothing .A }}'}]}", "", "responders[0]: type: template:"},
		{"details", "{api_key: s3cr3t-key, details: []}", "", "details"},
		{"negative timeout", "{api_key: s3cr3t-key, timeout: -1s}", "", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config, test.global)
			if err == nil {
				t.Fatalf("accepted, want %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the key is in the error: %v", err)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const texts = `message: '{{ template "opsgenie.default.message" . }}'
description: '{{ template "opsgenie.default.description" . }}'
source: '{{ template "opsgenie.default.source" . }}'
update_alerts: false
`
	tests := []struct{ name, config, global, want string }{
		{
			"defaults", "api_key: s3cr3t", "",
			"send_resolved: true\napi_key: <secret>\napi_url: https://api.opsgenie.com/\n" + texts,
		},
		{
			"inherited", "send_resolved: false", "{opsgenie_api_key_file: f, opsgenie_api_url: 'http://u:p@h/x'}",
			"send_resolved: false\napi_key_file: f\napi_url: http://u:p@h/x/\n" + texts,
		},
		{
			"a file that is of no use", "api_key_file: f", "opsgenie_api_key: s3cr3t",
			"send_resolved: true\napi_key: <secret>\napi_url: https://api.opsgenie.com/\n" + texts,
		},
		{
			"everything",
			`{api_key_file: f, api_url: 'http://h', message: m, description: d, source: s, details: {b: c, a: ''}, entity: e,
			responders: [{id: i, type: user}, {name: n, type: Teams}, {username: u, type: user}], actions: 'a,b', tags: 't,u', note: n,
			priority: P1, update_alerts: true}`, "",
			`send_resolved: true
api_key_file: f
api_url: http://h/
message: m
description: d
source: s
details:
    a: ""
    b: c
entity: e
responders:
    - id: i
      type: user
    - name: "n"
      type: Teams
    - username: u
      type: user
actions: a,b
tags: t,u
note: "n"
priority: P1
update_alerts: true
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := decode(test.config, test.global)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if string(shown) != test.want {
				t.Errorf("shown as\n%swant\n%s", shown, test.want)
			}
			if _, err := decode(string(shown), ""); err != nil {
				t.Errorf("what is shown cannot be read: %v", err)
			}
		})
	}
}

func TestTemplatesOfKey(t *testing.T) {
	for _, test := range []struct {
		key  string
		want bool
	}{{"'{{ .GroupLabels.a }}'", true}, {"k", false}} {
		c, err := decode("api_key: "+test.key, "")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for path := range c.Texts() {
			found = found || path == "api_key"
		}
		if found != test.want {
			t.Errorf("%s is among the templates: %v, want %v", test.key, found, test.want)
		}
	}
}

func TestItems(t *testing.T) {
	tests := []struct {
		list string
		want []string
	}{
		{"", nil},
		{" , ,", nil},
		{"a", []string{"a"}},
		{" a, b c ,\n,d\t", []string{"a", "b c", "d"}},
	}
	for _, test := range tests {
		if got := items(test.list); !slices.Equal(got, test.want) {
			t.Errorf("items(%q) = %q, want %q", test.list, got, test.want)
		}
	}
}

func TestWarnsOfCutMessage(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c, err := decode("{api_key: k, message: '{{ .CommonLabels }}{{ .CommonLabels }}{{ .CommonLabels }}', api_url: '"+server.URL+"'}", "")
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	sender, err := c.Open(notify.Deps{Logger: log.NewLogfmtLogger(&logged)})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), receivertest.Notification(t, "firing")); err == nil {
		t.Error("a 404 is taken for a success")
	}
	if !strings.Contains(logged.String(), `level=warn`) || !strings.Contains(logged.String(), "key=message") {
		t.Errorf("no warning in the log: %s", &logged)
	}
}
