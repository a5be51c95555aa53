package twilio

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL, account_sid: AC1, auth_token: $SECRET, from: '+15550000', to: ['+15550100']}",
		Required: []string{"account_sid", "auth_token", "from", "to"},
		Files:    map[string]string{"auth_token": "auth_token_file"},
		Texts:    []string{"message"},
		Cut:      []string{"message"},
		Values:   []string{"from"},
		Success:  receivertest.Answer{Status: 201, Body: `{"account_sid":"AC1","body":"b","error_code":null,"error_message":null,"sid":"SM1","status":"queued"}`},
	})
}

// TestReceiverWithKey tests the other way to authenticate, and to say who a
// message is from.
func TestReceiverWithKey(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL, account_sid: AC1, api_key: SK1, api_key_secret: $SECRET, messaging_service_sid: MG1, to: ['+15550100']}",
		Required: []string{"account_sid", "api_key", "api_key_secret", "messaging_service_sid"},
		Files:    map[string]string{"api_key_secret": "api_key_secret_file"},
		Values:   []string{"messaging_service_sid"},
		Success:  receivertest.Answer{Status: 201, Body: `{"sid":"SM1","status":"accepted"}`},
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
	const secret = "s3cr3t"
	const account = "{account_sid: AC1, "
	const auth = account + "auth_token: s3cr3t, "
	const rest = "from: f, to: ['+1']"
	tests := []struct{ name, config, want string }{
		{"token", auth + rest + "}", ""},
		{"token in a file", account + "auth_token_file: f, " + rest + "}", ""},
		{"key", account + "api_key: k, api_key_secret: s3cr3t, messaging_service_sid: m, to: ['+1']}", ""},
		{"key in a file", account + "api_key: k, api_key_secret_file: f, " + rest + "}", ""},
		{"shown", account + "auth_token: <secret>, " + rest + "}", ""},
		{"no limit", auth + rest + ", max_segments: 0}", ""},
		{"no account", "{auth_token: s3cr3t, " + rest + "}", "account_sid must be configured"},
		{"odd account", "{account_sid: AC/1, auth_token: s3cr3t, " + rest + "}", "account_sid: must have only letters and digits"},
		{"no token", account + rest + "}", "one of auth_token or auth_token_file must be configured"},
		{"two tokens", auth + "auth_token_file: f, " + rest + "}", "at most one of auth_token and auth_token_file"},
		{"token and key", auth + "api_key: k, api_key_secret: s3cr3t, " + rest + "}", "at most one of auth_token and api_key"},
		{"token and secret", account + "auth_token_file: f, api_key_secret: s3cr3t, " + rest + "}", "at most one of auth_token and api_key"},
		{"secret without key", account + "api_key_secret: s3cr3t, " + rest + "}", "api_key must be configured with its secret"},
		{"file without key", account + "api_key_secret_file: f, " + rest + "}", "api_key must be configured with its secret"},
		{"key without secret", account + "api_key: k, " + rest + "}", "one of api_key_secret or api_key_secret_file must be configured"},
		{"two secrets", account + "api_key: k, api_key_secret: s3cr3t, api_key_secret_file: f, " + rest + "}", "at most one of api_key_secret and api_key_secret_file"},
		{"no sender", auth + "to: ['+1']}", "one of from or messaging_service_sid must be configured"},
		{"two senders", auth + "messaging_service_sid: m, " + rest + "}", "at most one of from and messaging_service_sid"},
		{"no number", auth + "from: f}", "to: a phone number must be configured"},
		{"scheme", auth + rest + ", api_url: 'ftp://h'}", "unsupported scheme, want http or https"},
		{"negative", auth + rest + ", max_segments: -1}", "max_segments: -1 is negative"},
		{"authorizes", auth + rest + ", http_config: {basic_auth: {username: u, password: s3cr3t}}}", "http_config must not authorize"},
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
				t.Errorf("error %q, want one with %q and without secrets", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	for config, want := range map[string]string{
		"{account_sid: AC1, auth_token: s3cr3t, from: f, to: ['+1'], message: m}": `send_resolved: true
account_sid: AC1
auth_token: <secret>
api_url: https://api.twilio.com
from: f
to:
    - "+1"
message: m
max_segments: 10
`,
		"{account_sid: AC1, api_key: SK1, api_key_secret: s3cr3t, messaging_service_sid: MG1, to: ['+1'], message: m, max_segments: 2}": `send_resolved: true
account_sid: AC1
api_key: SK1
api_key_secret: <secret>
api_url: https://api.twilio.com
messaging_service_sid: MG1
to:
    - "+1"
message: m
max_segments: 2
`,
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

func TestCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		config Config
		want   credentials
	}{
		{Config{AccountSID: "AC1", AuthToken: "t"}, credentials{"AC1", "t"}},
		{Config{AccountSID: "AC1", AuthTokenFile: file}, credentials{"AC1", "s"}},
		{Config{AccountSID: "AC1", APIKey: "SK1", APIKeySecret: "t"}, credentials{"SK1", "t"}},
		{Config{AccountSID: "AC1", APIKey: "SK1", APIKeySecretFile: file}, credentials{"SK1", "s"}},
	}
	for _, test := range tests {
		if got, err := test.config.credentials(); err != nil || got != test.want {
			t.Errorf("%v, error %v; want %v", got, err, test.want)
		}
	}
}

func TestDefaultMessage(t *testing.T) {
	s := sender{config: defaults()}
	for fixture, want := range map[string]string{
		"bare":     "[FIRING:1] Bare",
		"firing":   "[FIRING:1] DiskFull eu-1: / is full",
		"resolved": "[RESOLVED] DiskFull eu-1: / is full",
		"mixed":    "[FIRING:2] DiskFull eu-1",
		"many":     "[FIRING:100] DiskFull eu-1",
	} {
		if got := s.text(receivertest.Notification(t, fixture)); got != want {
			t.Errorf("%s: %q, want %q", fixture, got, want)
		}
	}
}

func TestTextIsCut(t *testing.T) {
	var logged bytes.Buffer
	s := sender{config: Config{Message: "{{ range .Alerts }}{{ .Annotations.summary }} {{ end }}", MaxSegments: 10}}
	s.deps.Logger = log.NewLogfmtLogger(&logged)
	got := s.text(receivertest.Notification(t, "huge"))
	const end = "語...\nhttp://tocsin.example:9093/api/tocsin/v1/groups/"
	if n := utf8.RuneCountInString(got); n != 670 || !strings.Contains(got, end) {
		t.Errorf("%d characters that end with %q", n, got[len(got)-100:])
	}
	if got := logged.String(); !strings.Contains(got, "key=message segments=10") {
		t.Errorf("logged %q", got)
	}
}

func TestCut(t *testing.T) {
	repeat := strings.Repeat
	tests := []struct {
		name     string
		text     string
		segments int
		want     string // empty: the text
	}{
		{"empty", "", 1, ""},
		{"one segment", repeat("x", 160), 1, ""},
		{"more than one", repeat("x", 161), 1, repeat("x", 157) + mark},
		{"two segments", repeat("x", 306), 2, ""},
		{"more than two", repeat("x", 307), 2, repeat("x", 303) + mark},
		{"ten", repeat("x", 1531), 10, repeat("x", 1527) + mark},
		{"twice as wide", repeat("[", 80), 1, ""},
		{"twice as wide, too many", repeat("[", 81), 1, repeat("[", 78) + mark},
		{"not torn apart", repeat("[", 153), 2, repeat("[", 151) + mark},
		{"unicode", repeat("語", 70), 1, ""},
		{"more than one in unicode", repeat("語", 71), 1, repeat("語", 67) + mark},
		{"two in unicode", repeat("語", 134), 2, ""},
		{"emoji", repeat("🔥", 35), 1, ""},
		{"emoji, too many", repeat("🔥", 36), 1, repeat("🔥", 33) + mark},
		{"emoji not torn apart", repeat("🔥", 67), 2, repeat("🔥", 65) + mark},
		{"unicode that is cut off", repeat("x", 160) + "語", 1, repeat("x", 157) + mark},
		{"unicode that is not cut off", repeat("x", 60) + "語" + repeat("x", 100), 1, repeat("x", 60) + "語" + repeat("x", 6) + mark},
		{"any number", repeat("x", 1600), 0, ""},
		{"Twilio takes no more", repeat("x", 1601), 0, repeat("x", 1597) + mark},
		{"Twilio takes no more unicode", repeat("語", 1601), 0, repeat("語", 1597) + mark},
		{"Twilio takes no more in many segments", repeat("x", 1601), 100, repeat("x", 1597) + mark},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want, wasCut := test.want, test.want != ""
			if !wasCut {
				want = test.text
			}
			if got, cutIt := cut(test.text, test.segments, ""); got != want || cutIt != wasCut {
				t.Errorf("%d characters, cut: %v; want %d, %v: %q", utf8.RuneCountInString(got), cutIt, utf8.RuneCountInString(want), wasCut, got)
			}
		})
	}
}

func TestCutWithEnd(t *testing.T) {
	x := strings.Repeat("x", 500)
	for _, test := range []struct {
		segments  int
		end, want string
	}{
		{1, "\nhttp://h", x[:148] + "...\nhttp://h"},
		{1, strings.Repeat("e", 77), x[:80] + "..." + strings.Repeat("e", 77)},
		{1, strings.Repeat("e", 78), x[:157] + "..."},
		{2, strings.Repeat("e", 78), x[:225] + "..." + strings.Repeat("e", 78)},
		{1, "語", x[:157] + "..."},
	} {
		if got, _ := cut(x, test.segments, test.end); got != test.want {
			t.Errorf("%d segments, end %q: %q, want %q", test.segments, test.end, got, test.want)
		}
	}
	if got, wasCut := cut("x", 1, "end"); got != "x" || wasCut {
		t.Errorf("%q, cut: %v; want it as it is", got, wasCut)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("[FIRING:2] HighLoad", 1, "")
	f.Add(strings.Repeat("🔥[x", 100), 3, "\nhttp://h")
	f.Add(strings.Repeat("ü", 200)+"語", 1, "x")
	f.Fuzz(func(t *testing.T, text string, segments int, end string) {
		text, end = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(end, "?")
		segments &= 15
		short, wasCut := cut(text, segments, end)
		switch {
		case !utf8.ValidString(short):
			t.Errorf("%q is not UTF-8", short)
		case !wasCut && short != text, wasCut && end != mark && !strings.HasPrefix(text, strings.TrimSuffix(strings.TrimSuffix(short, end), mark)):
			t.Errorf("%q was made of %q", short, text)
		}
		for _, a := range alphabets() {
			if a.fits(a.add(length{}, short), segments) {
				return
			}
		}
		t.Errorf("%q does not fit into %d segments", short, segments)
	})
}

func FuzzRead(f *testing.F) {
	f.Add(`{"sid":"SM1","status":"queued","error_code":null}`)
	f.Add(`{"code":21211,"message":"no","status":400}`)
	f.Add(`{"sid":"SM1","error_code":30001,"status":{}`)
	f.Fuzz(func(_ *testing.T, text string) {
		a, _ := read([]byte(text))
		_ = a.failed()
		_ = a.rejection(http.StatusBadRequest)
	})
}

// TestBrokenAnswer checks that a message that was made is not sent again because
// its answer breaks off.
func TestBrokenAnswer(t *testing.T) {
	for body, taken := range map[string]bool{`{"sid":"SM1","status":"queued","body":"ab`: true, `{"body":"b","si`: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(body))
		}))
		c, err := decode("{api_url: '" + server.URL + "', account_sid: AC1, auth_token: t, from: f, to: ['+1']}")
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Open(notify.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); (err == nil) != taken {
			t.Errorf("%s: error %v, taken: %v", body, err, taken)
		}
		server.Close()
	}
}
