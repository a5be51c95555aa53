package webex

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-kit/log"
	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL, room_id: room, http_config: {authorization: {credentials: $SECRET}}}",
		Required: []string{"room_id", "http_config"},
		Texts:    []string{"message"},
		Cut:      []string{"message"},
		Values:   []string{"room_id"},
	})
}

func TestReceiverWithGlobals(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config: "{room_id: room, http_config: {authorization: {credentials: $SECRET}}}",
		Global: "webex_api_url: $URL",
	})
}

// decode reads an entry below a global section, which has a token of its own.
func decode(global, entry string) (notify.Config, error) {
	around := notify.Around{
		Global: Kind().Globals(),
		HTTP:   &commoncfg.HTTPClientConfig{Authorization: &commoncfg.Authorization{Credentials: "other"}},
	}
	d, err := yamlx.Parse([]byte(global))
	if err != nil {
		return nil, err
	}
	if err := d.Decode(around.Global); err != nil {
		return nil, err
	}
	d, err = yamlx.Parse([]byte(entry))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfig(t *testing.T) {
	const noToken = "http_config.authorization, with the token of the bot, must be configured"
	tests := []struct{ name, global, config, want string }{
		{"authorization", "{}", "{room_id: r, http_config: {authorization: {credentials: t0ken}}}", ""},
		{"authorization file", "{}", "{room_id: r, http_config: {authorization: {credentials_file: f}}}", ""},
		{"bearer token", "{}", "{room_id: r, http_config: {bearer_token: t0ken}}", ""},
		{"bearer token file", "{}", "{room_id: r, http_config: {bearer_token_file: f}}", ""},
		{"no room", "{}", "{http_config: {authorization: {credentials: t0ken}}}", "room_id must be configured"},
		{"empty room", "{}", "{room_id: '', http_config: {authorization: {credentials: t0ken}}}", "room_id must be configured"},
		{"only the global authorization", "{}", "{room_id: r}", noToken},
		{"no authorization", "{}", "{room_id: r, http_config: {follow_redirects: false}}", noToken},
		{"basic auth", "{}", "{room_id: r, http_config: {basic_auth: {username: u, password: t0ken}}}", noToken},
		{
			"two authorizations", "{}", "{room_id: r, http_config: {bearer_token: t0ken, authorization: {credentials: t0ken}}}",
			"authorization is not compatible with bearer_token",
		},
		{"URL", "{}", "{room_id: r, api_url: h, http_config: {bearer_token: t0ken}}", "unsupported scheme, want http or https"},
		{"global URL", "webex_api_url: h", "{room_id: r, http_config: {bearer_token: t0ken}}", "webex_api_url"},
		{
			"no URL", "webex_api_url: null", "{room_id: r, http_config: {bearer_token: t0ken}}",
			"api_url, or webex_api_url in the global section, must be configured",
		},
		{"negative timeout", "{}", "{room_id: r, timeout: -1s, http_config: {bearer_token: t0ken}}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.global, test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "t0ken")):
				t.Errorf("error %q, want one with %q and without the token", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{}", "{room_id: r, http_config: {bearer_token: t0ken}}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const want = `send_resolved: true
http_config:
    authorization:
        type: Bearer
        credentials: <secret>
    follow_redirects: true
    enable_http2: true
api_url: https://webexapis.com/v1/messages
message: '{{ template "webex.default.message" . }}'
room_id: r
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

// A message is cut on the border of a character, whatever its size is.
func TestCut(t *testing.T) {
	var logged bytes.Buffer
	deps := notify.Deps{Logger: log.NewLogfmtLogger(&logged)}
	for _, test := range []struct {
		text  string
		bytes int
		cut   bool
	}{
		{strings.Repeat("x", 7439), 7439, false},
		{strings.Repeat("x", 7440), 7439, true},
		{strings.Repeat("é", 3719) + "x", 7439, false},
		{strings.Repeat("é", 3800), 7438, true},
		{strings.Repeat("語", 2600), 7437, true},
		{strings.Repeat("🔥", 2000), 7436, true},
	} {
		logged.Reset()
		c := Config{Message: template.Text(test.text), RoomID: "r"}
		n := receivertest.Notification(t, "bare")
		got := c.message(deps, n).Markdown
		if len(got) != test.bytes || !utf8.ValidString(got) || strings.HasSuffix(got, "…"+n.Ending()) != test.cut {
			t.Errorf("%d bytes of %.2q became %d, ending with %q", len(test.text), test.text, len(got), got[len(got)-7:])
		}
		if said := strings.Contains(logged.String(), "level=debug"); said != test.cut {
			t.Errorf("%d bytes of %.2q: log %q", len(test.text), test.text, logged.String())
		}
	}
}
