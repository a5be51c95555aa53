package pagerduty

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{routing_key: $SECRET, url: $URL}",
		Required: []string{"routing_key"},
		Files:    map[string]string{"routing_key": "routing_key_file"},
		Texts:    []string{"description", "client", "source"},
		Values:   []string{"routing_key"},
		Success: receivertest.Answer{
			Status: http.StatusAccepted,
			Body:   `{"status":"success","message":"Event processed","dedup_key":"1"}`,
		},
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
	d, err = yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return kind.Decode(d.Decode, around)
}

func TestConfig(t *testing.T) {
	for _, text := range []string{
		"routing_key: r",
		"routing_key: <secret>",
		"routing_key: '{{ .GroupLabels.key }}'",
		"routing_key_file: r",
		"service_key: s",
		"service_key_file: s",
		"{routing_key: r, service_key: s}",
		"{routing_key: r, service_key_file: s}",
		"{routing_key: r, url: null, details: null, images: [null], links: [null]}",
		"{routing_key: r, details: {a: [1, {b: .5}, null, true]}}",
	} {
		if _, err := decode(text, ""); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	const (
		secret = "s3cr3t-key"
		none   = "one of routing_key, routing_key_file, service_key and service_key_file must be configured"
	)
	tests := []struct{ name, config, global, want string }{
		{"no key", "{}", "", none},
		{"empty keys", "{routing_key: '', service_key: '', routing_key_file: '', service_key_file: ''}", "", none},
		{"two routing keys", "{routing_key: s3cr3t-key, routing_key_file: f}", "", "at most one of routing_key and routing_key_file"},
		{"two service keys", "{service_key: s3cr3t-key, service_key_file: f}", "", "at most one of service_key and service_key_file"},
		{"no URL", "routing_key: s3cr3t-key", "pagerduty_url: null", "url: missing; set it here or as pagerduty_url"},
		{"URL", "{routing_key: s3cr3t-key, url: ftp://h}", "", "unsupported scheme"},
		{"empty URL", "{routing_key: s3cr3t-key, url: ''}", "", "unsupported scheme"},
		{"global URL", "routing_key: s3cr3t-key", "pagerduty_url: /", "unsupported scheme"},
		{"details", "{routing_key: s3cr3t-key, details: []}", "", "details"},
		{"negative timeout", "{routing_key: s3cr3t-key, timeout: -1s}", "", "timeout: -1s is negative"},
		{"unknown key of an image", "{routing_key: s3cr3t-key, images: [{url: u}]}", "", `unknown key "url"`},
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
	const details = `details:
    firing: '{{ .Alerts.Firing | toJson }}'
    num_firing: '{{ .Alerts.Firing | len }}'
    num_resolved: '{{ .Alerts.Resolved | len }}'
    resolved: '{{ .Alerts.Resolved | toJson }}'
`
	tests := []struct{ name, config, want string }{
		{
			"defaults", "routing_key: s3cr3t",
			`send_resolved: true
routing_key: <secret>
url: https://events.pagerduty.com/v2/enqueue
client: '{{ template "pagerduty.default.client" . }}'
client_url: '{{ template "pagerduty.default.clientURL" . }}'
description: '{{ template "pagerduty.default.description" .}}'
` + details + `source: '{{ template "pagerduty.default.client" . }}'
`,
		},
		{
			"everything",
			`{send_resolved: false, timeout: 5s, service_key: s3cr3t, routing_key_file: f, url: 'http://u:p@h/x', client: c, client_url: u,
			description: d, details: {a: {b: 1}, firing: ''}, images: [{src: s}], links: [{href: h, text: t}], source: o, severity: info,
			class: k, component: m, group: g}`,
			`send_resolved: false
timeout: 5s
routing_key_file: f
service_key: <secret>
url: http://u:p@h/x
client: c
client_url: u
description: d
details:
    a:
        b: 1
    firing: ""
    num_firing: '{{ .Alerts.Firing | len }}'
    num_resolved: '{{ .Alerts.Resolved | len }}'
    resolved: '{{ .Alerts.Resolved | toJson }}'
images:
    - src: s
links:
    - href: h
      text: t
source: o
severity: info
class: k
component: m
group: g
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := decode(test.config, "")
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
		})
	}
}

func TestTemplatesOfKeys(t *testing.T) {
	c, err := decode("{routing_key: '{{ .GroupLabels.a }}', service_key: s, details: {a: ['{{ .Status }}']}}", "")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for path, text := range c.Texts() {
		found[path] = string(text)
	}
	if found["routing_key"] != "{{ .GroupLabels.a }}" || found["details.a[0]"] != "{{ .Status }}" {
		t.Errorf("texts are %q, want the routing key and the details among them", found)
	}
	if _, plain := found["service_key"]; plain {
		t.Error("a key that is no template is among the texts")
	}
}

// v1 is a fake of version 1 of the API at its fixed address.
type v1 struct {
	answer   receivertest.Answer
	requests []string
	deps     notify.Deps
	logged   bytes.Buffer
}

func serveV1(t *testing.T, answer receivertest.Answer) *v1 {
	s := &v1{answer: answer}
	server := httptest.NewTLSServer(s)
	t.Cleanup(server.Close)
	s.deps.Logger = log.NewLogfmtLogger(&s.logged)
	s.deps.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "events.pagerduty.com:443" {
			return nil, errors.New("unexpected address " + address)
		}
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	return s
}

func (s *v1) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.requests = append(s.requests, r.Method+" https://"+r.Host+r.RequestURI+"\n"+r.Header.Get("Content-Type")+"\n"+string(body))
	if s.answer.Status != 0 {
		w.WriteHeader(s.answer.Status)
	}
	_, _ = io.WriteString(w, s.answer.Body)
}

func (s *v1) send(t *testing.T, config, fixture string) error {
	t.Helper()
	c, err := decode("{http_config: {tls_config: {insecure_skip_verify: true}}, "+config+"}", "")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := c.Open(s.deps)
	if err != nil {
		t.Fatal(err)
	}
	return sender.Send(t.Context(), receivertest.Notification(t, fixture))
}

func TestV1(t *testing.T) {
	const (
		head = "POST https://events.pagerduty.com/generic/2010-04-15/create_event.json\napplication/json\n"
		hash = "6424727520f6497d63b863cb576a16d896a25aded415ffb22f6f738990c5e297"
		few  = `details: {firing: 1, resolved: '', num_firing: 2, num_resolved: 3}`
	)
	file := t.TempDir() + "/key"
	if err := os.WriteFile(file, []byte(" {{ .Status }}-key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, config, fixture, want string }{
		{
			"trigger", "service_key: k, " + few, "firing",
			`{"service_key":"k","incident_key":"` + hash + `","event_type":"trigger","description":"[FIRING:1] DiskFull eu-1 (h1 critical)","event_action":"","payload":null,"client":"Alertmanager","client_url":"http://tocsin.example:9093/#/alerts?receiver=team-a%5C.b","details":{"firing":1,"num_firing":2,"num_resolved":3,"resolved":null}}`,
		},
		{
			"resolve", "service_key: k, " + few, "resolved",
			`{"service_key":"k","incident_key":"` + hash + `","event_type":"resolve","description":"[RESOLVED] DiskFull eu-1 (h1 critical)","event_action":"","payload":null,"details":{"firing":1,"num_firing":2,"num_resolved":3,"resolved":null}}`,
		},
		{
			"partly resolved", "service_key: k, description: '<d>', client: '', client_url: '', " + few, "mixed",
			`{"service_key":"k","incident_key":"` + hash + `","event_type":"trigger","description":"\u003cd\u003e","event_action":"","payload":null,"details":{"firing":1,"num_firing":2,"num_resolved":3,"resolved":null}}`,
		},
		{
			"file goes before a routing key", "service_key_file: " + file + ", routing_key: r, description: '', client: '', client_url: '', " + few, "firing",
			`{"service_key":"firing-key","incident_key":"` + hash + `","event_type":"trigger","event_action":"","payload":null,"details":{"firing":1,"num_firing":2,"num_resolved":3,"resolved":null}}`,
		},
		{
			"too big", "service_key: k, client: '', client_url: ''", "huge",
			`{"service_key":"k","incident_key":"` + hash + `","event_type":"trigger","description":"[FIRING:200] DiskFull eu-1 (warning)","event_action":"","payload":null,"details":{"error":"The details were left out, because the event was over the limit of 512KB.\nhttp://tocsin.example:9093/api/tocsin/v1/groups/` + hash[:32] + `"}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := serveV1(t, receivertest.Answer{})
			if err := s.send(t, test.config, test.fixture); err != nil {
				t.Fatal(err)
			}
			if len(s.requests) != 1 || s.requests[0] != head+test.want+"\n" {
				t.Errorf("requests\n%s\nwant\n%s", strings.Join(s.requests, "\n"), head+test.want)
			}
		})
	}
}

func TestV1Refused(t *testing.T) {
	tests := []struct {
		name      string
		answer    receivertest.Answer
		want      string
		permanent bool
	}{
		{"limited", receivertest.Answer{Status: 403, Body: "slow down"}, "unexpected status code 403: slow down", false},
		{"limited in words of HTTP", receivertest.Answer{Status: 429}, "unexpected status code 429", false},
		{"down", receivertest.Answer{Status: 503, Body: "k3y-0f-the-service"}, "unexpected status code 503: <secret>", false},
		{"unauthorized", receivertest.Answer{Status: 401}, "unexpected status code 401", true},
		{
			"invalid",
			receivertest.Answer{Status: 400, Body: `{"status":"invalid event","message":"Event object is invalid","errors":["k3y-0f-the-service is too short","no details"]}`},
			"unexpected status code 400: Event object is invalid; <secret> is too short; no details", true,
		},
		{"without errors", receivertest.Answer{Status: 400, Body: `{"message":"m"}`}, "unexpected status code 400: m", true},
		{"without message", receivertest.Answer{Status: 400, Body: `{"errors":["e"]}`}, `unexpected status code 400: {"errors":["e"]}`, true},
		{"no JSON", receivertest.Answer{Status: 400, Body: "no"}, "unexpected status code 400: no", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := serveV1(t, test.answer).send(t, "service_key: k3y-0f-the-service", "firing")
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent != test.permanent {
				t.Errorf("permanent: %v, want %v", permanent, test.permanent)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	s := serveV1(t, receivertest.Answer{})
	if err := s.send(t, "service_key: k, description: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'", "huge"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`level=warn`,
		`msg="Cut a text that is too long" key=description characters=1024`,
		`msg="Left the details out of an event that is too big" max_bytes=512000`,
	} {
		if !strings.Contains(s.logged.String(), want) {
			t.Errorf("the log has no %s:\n%s", want, &s.logged)
		}
	}
}

// The limit counts what is sent, with the newline at the end.
func TestEncodeLimit(t *testing.T) {
	for _, test := range []struct {
		size int
		kept bool
	}{{maxEvent, true}, {maxEvent + 1, false}} {
		details := map[string]any{"a": ""}
		event := eventV1{Details: details}
		bare, err := sender{}.encode(receivertest.Notification(t, "firing"), event, details)
		if err != nil {
			t.Fatal(err)
		}
		details["a"] = strings.Repeat("x", test.size-len(bare)-1)
		body, err := sender{}.encode(receivertest.Notification(t, "firing"), event, details)
		if err != nil {
			t.Fatal(err)
		}
		if _, kept := details["a"]; kept != test.kept || kept && len(body)+1 != test.size {
			t.Errorf("%d bytes: details kept: %v, want %v", test.size, kept, test.kept)
		}
	}
}
