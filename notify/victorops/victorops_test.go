package victorops

import (
	"bytes"
	"net/http"
	"net/http/httptest"
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
		Config:   "{api_key: $SECRET, api_url: $URL, routing_key: r}",
		Required: []string{"routing_key", "api_key"},
		Files:    map[string]string{"api_key": "api_key_file"},
		Texts:    []string{"state_message", "entity_display_name", "monitoring_tool"},
		Cut:      []string{"state_message"},
		Values:   []string{"routing_key"},
		Success:  receivertest.Answer{Body: `{"result":"success","entity_id":"1"}`},
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
		{"{routing_key: r, api_key: k}", ""},
		{"{routing_key: r, api_key: <secret>}", ""},
		{"{routing_key: r, api_key_file: f}", ""},
		{"{routing_key: r, api_key_file: f}", "victorops_api_key: k"},
		{"{routing_key: r, api_key: k}", "victorops_api_key_file: f"},
		{"routing_key: '{{ .GroupLabels.team }}'", "victorops_api_key: k"},
		{"routing_key: r", "victorops_api_key_file: f"},
		{"{routing_key: r, api_key: k, api_url: 'http://h'}", "victorops_api_url: null"},
		{"{routing_key: r, api_key: k, message_type: OTHER, custom_fields: {Entity_ID: a, x: null}}", ""},
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
		{"nothing", "{}", "", "routing_key: missing"},
		{"empty routing key", "{routing_key: '', api_key: s3cr3t-key}", "", "routing_key: missing"},
		{"no key", "routing_key: r", "", "api_key: missing; set api_key or api_key_file here, or victorops_api_key or"},
		{"two keys", "{routing_key: r, api_key: s3cr3t-key, api_key_file: f}", "", "at most one of api_key and api_key_file"},
		{"two global keys", "routing_key: r", "{victorops_api_key: s3cr3t-key, victorops_api_key_file: f}", "at most one of victorops_api_key and victorops_api_key_file"},
		{"no URL", "{routing_key: r, api_key: s3cr3t-key}", "victorops_api_url: null", "api_url: missing; set it here or as victorops_api_url"},
		{"URL", "{routing_key: r, api_key: s3cr3t-key, api_url: ftp://h}", "", "unsupported scheme"},
		{"empty URL", "{routing_key: r, api_key: s3cr3t-key, api_url: ''}", "", "unsupported scheme"},
		{"global URL", "{routing_key: r, api_key: s3cr3t-key}", "victorops_api_url: 'http://'", "missing host"},
		{"custom fields", "{routing_key: r, api_key: s3cr3t-key, custom_fields: [a]}", "", "custom_fields"},
		{"negative timeout", "{routing_key: r, api_key: s3cr3t-key, timeout: -1s}", "", "timeout: -1s is negative"},
	}
	for _, field := range []string{
		"routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool", "entity_id", "entity_state",
	} {
		tests = append(tests, struct{ name, config, global, want string }{
			"field " + field, "{routing_key: r, api_key: s3cr3t-key, custom_fields: {a: b, " + field + ": c}}", "",
			"custom_fields: the name " + field + " is reserved",
		})
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
	const texts = `message_type: CRITICAL
state_message: '{{ template "victorops.default.state_message" . }}'
entity_display_name: '{{ template "victorops.default.entity_display_name" . }}'
monitoring_tool: '{{ template "victorops.default.monitoring_tool" . }}'
`
	const here = "api_url: https://alert.victorops.com/integrations/generic/20131114/alert/\nrouting_key: r\n"
	tests := []struct{ name, config, global, want string }{
		{
			"defaults", "{routing_key: r, api_key: s3cr3t}", "",
			"send_resolved: true\napi_key: <secret>\n" + here + texts,
		},
		{
			"inherited", "{routing_key: r, send_resolved: false}", "{victorops_api_key_file: f, victorops_api_url: 'http://u:p@h/x'}",
			"send_resolved: false\napi_key_file: f\napi_url: http://u:p@h/x/\nrouting_key: r\n" + texts,
		},
		{
			"a file that is of no use", "{routing_key: r, api_key_file: f}", "victorops_api_key: s3cr3t",
			"send_resolved: true\napi_key: <secret>\n" + here + texts,
		},
		{
			"everything",
			`{routing_key: r, api_key_file: f, message_type: m, state_message: '', entity_display_name: e, monitoring_tool: t,
			custom_fields: {b: c, a: ''}}`, "",
			"send_resolved: true\napi_key_file: f\n" + here + `message_type: m
state_message: ""
entity_display_name: e
monitoring_tool: t
custom_fields:
    a: ""
    b: c
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

func TestMessageType(t *testing.T) {
	tests := []struct {
		text    string
		fixture string
		want    string
	}{
		{"CRITICAL", "firing", "CRITICAL"},
		{"WARNING", "firing", "WARNING"},
		{"INFO", "mixed", "INFO"},
		{"{{ .CommonLabels.severity | toUpper }}", "firing", "CRITICAL"},
		{"{{ if true }}INFO{{ end }}", "firing", "INFO"},
		{"info", "firing", "CRITICAL"},
		{" INFO", "firing", "CRITICAL"},
		{"ACKNOWLEDGEMENT", "firing", "CRITICAL"},
		{"RECOVERY", "firing", "CRITICAL"},
		{"", "firing", "CRITICAL"},
		{"{{ .NoSuchField }}", "firing", "CRITICAL"},
		{"{{ .NoSuchField }}", "resolved", "RECOVERY"},
		{"INFO", "resolved", "RECOVERY"},
	}
	for _, test := range tests {
		c := defaults()
		if err := yaml.Unmarshal([]byte("{message_type: '"+test.text+"'}"), &c); err != nil {
			t.Fatal(err)
		}
		if got := c.messageType(receivertest.Notification(t, test.fixture)); got != test.want {
			t.Errorf("%q for %s is %s, want %s", test.text, test.fixture, got, test.want)
		}
	}
}

func TestWarnsOfCutMessage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	c, err := decode("{routing_key: r, api_key: k, api_url: '"+server.URL+"'}", "")
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	sender, err := c.Open(notify.Deps{Logger: log.NewLogfmtLogger(&logged)})
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), receivertest.Notification(t, "huge")); err != nil {
		t.Error(err)
	}
	if !strings.Contains(logged.String(), `level=warn`) || !strings.Contains(logged.String(), "key=state_message") {
		t.Errorf("no warning in the log: %s", &logged)
	}
}
