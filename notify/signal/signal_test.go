package signal

import (
	"encoding/json"
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
		Config:   "{url: $URL, number: '+4915100000001', recipients: ['+4915100000002']}",
		Required: []string{"url", "number", "recipients"},
		Texts:    []string{"text"},
		Values:   []string{"number"},
		Success:  receivertest.Answer{Status: 201, Body: `{"timestamp":"1773480413000"}`},
	})
}

// The suite again, with a token in front of the service.
func TestReceiverBehindProxy(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config: "{url: $URL/below, number: '+49', recipients: ['+491'], " +
			"http_config: {authorization: {credentials: $SECRET}}}",
		Success: receivertest.Answer{Status: 201, Body: `{"timestamp":"1773480413000"}`},
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
	tests := []struct{ name, config, want string }{
		{"smallest", "{url: 'http://h', number: '+49', recipients: ['+491']}", ""},
		{"normal", "{url: 'http://h', number: '+49', recipients: ['+491'], text_mode: normal}", ""},
		{"styled", "{url: 'http://h', number: '+49', recipients: ['+491', group.x=], text_mode: styled}", ""},
		{"no URL", "{number: '+49', recipients: ['+491']}", "url, the address of the signal-cli REST API, must be configured"},
		{"scheme", "{url: 'ftp://h', number: '+49', recipients: ['+491']}", "unsupported scheme, want http or https"},
		{"no number", "{url: 'http://h', recipients: ['+491']}", "number, the phone number of the sender, must be configured"},
		{"no recipients", "{url: 'http://h', number: '+49', recipients: []}", "recipients must be configured"},
		{"text mode", "{url: 'http://h', number: '+49', recipients: ['+491'], text_mode: html}", `text_mode: "html" is not one of normal, styled`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{url: 'http://h/x', number: '+49', recipients: ['+491'], text: t, text_mode: styled}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
url: http://h/x
number: "+49"
recipients:
    - "+491"
text: t
text_mode: styled
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func TestSaid(t *testing.T) {
	for field, want := range map[string]string{
		"": "", "null": "", `""`: "", "[]": "", "[ ]": "", "{}": "", "false": "",
		`"no"`:                       "no",
		`{"+49":"no"}`:               `{"+49":"no"}`,
		`[{"recipient":"+49"}]`:      `[{"recipient":"+49"}]`,
		`[{"recipient":"+49 1 2"} ]`: `[{"recipient":"+49 1 2"} ]`,
	} {
		if got := said(json.RawMessage(field)); got != want {
			t.Errorf("%s says %q, want %q", field, got, want)
		}
	}
}

func TestRefine(t *testing.T) {
	for _, test := range []struct {
		code  int
		body  string
		final bool
		want  int
	}{
		{400, `{"error":"Failed to send message due to untrusted identities"}`, true, 400},
		{400, `{"error":"Specified account does not exist"}`, true, 400},
		{400, `{"error":"Failed to send (some) messages:\n+49: Network failure for \"+49\""}`, false, 400},
		{400, `{"error":"Failed to send message: [413] Rate limit exceeded: 413 (RateLimitException)"}`, false, 429},
		{400, `{"error":"[503] Bad response"}`, false, 400},
		{400, `{"error":"Connection closed!"}`, false, 400},
		{404, "network failure", true, 404},
		{401, "", true, 401},
	} {
		err := refine(backoff.Permanent(&notify.StatusError{Code: test.code, Body: test.body}))
		status, ok := errors.AsType[*notify.StatusError](err)
		_, final := errors.AsType[*backoff.PermanentError](err)
		if !ok || status.Code != test.want || final != test.final {
			t.Errorf("%d %s: %v, final %t; want status %d, final %t", test.code, test.body, err, final, test.want, test.final)
		}
	}
	if other := errors.New("refused"); !errors.Is(refine(other), other) {
		t.Error("an error without a status is changed")
	}
}
