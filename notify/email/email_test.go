package email

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/golden"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{to: ops@example.com, auth_username: ops, auth_password: $SECRET}",
		Global:   "{smtp_from: tocsin@example.com, smtp_smarthost: 'mail.example:587'}",
		Required: []string{"to"},
		Local:    true,
	})
}

// decode reads an entry beside a global section.
func decode(entry, global string) (notify.Config, error) {
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

// basic is a global section that leaves entries nothing to name but recipients.
const basic = "{smtp_from: tocsin@example.com, smtp_smarthost: 'mail.example:25', smtp_require_tls: false}"

// TestGolden plays sessions. An archive has config.yaml, perhaps global.yaml
// (instead of basic), the conduct of the server, and the names of fixtures to
// send. Out come for each the session and the message.
func TestGolden(t *testing.T) {
	golden.Run(t, filepath.Join("testdata", "smtp"), func(t *testing.T, in map[string]string) map[string]string {
		dir := t.TempDir()
		s := newServer(t, readConduct(t, in["server"]))
		files := maps.Clone(in)
		files["ca.pem"] = string(s.ca)
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		global := basic
		if text, given := in["global.yaml"]; given {
			global = text
		}
		inDir := func(text string) string { return strings.ReplaceAll(text, "$DIR", dir) }
		c, err := decode(inDir(in["config.yaml"]), inDir(global))
		if err != nil {
			t.Fatal(err)
		}
		sender, err := c.Open(notify.Deps{Dial: to(s.listen(t))})
		if err != nil {
			t.Fatal(err)
		}
		outcome := play(t, sender, in["send"])
		out := map[string]string{"outcome": strings.ReplaceAll(outcome, dir, "$DIR")}
		for i, d := range s.wait() {
			out[fmt.Sprintf("session-%d", i+1)] = d.log.String()
			out[fmt.Sprintf("message-%d", i+1)] = scrub(t, d.message)
		}
		return out
	})
}

// play sends fixtures and says what became of them.
func play(t *testing.T, sender notify.Sender, names string) string {
	t.Helper()
	var b strings.Builder
	for name := range strings.FieldsSeq(names) {
		n := receivertest.Notification(t, name)
		err := sender.Send(t.Context(), n)
		if broken := n.Replaced(); broken != nil {
			fmt.Fprintf(&b, "%s: text replaced: %v\n", name, broken)
		}
		switch {
		case err != nil && permanent(err):
			fmt.Fprintf(&b, "%s: permanent: %v\n", name, err)
		case err != nil:
			fmt.Fprintf(&b, "%s: temporary: %v\n", name, err)
		}
	}
	return b.String()
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}

// readConduct reads lines such as "offers AUTH PLAIN" or "answers MAIL 451 no".
func readConduct(t *testing.T, text string) conduct {
	t.Helper()
	c := conduct{answers: make(map[string]string)}
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "offers":
			c.offers = append(c.offers, rest)
		case "offers-over-tls":
			c.offersTLS = append(c.offersTLS, rest)
		case "implicit-tls":
			c.implicit = true
		case "answers":
			command, answer, _ := strings.Cut(rest, ": ")
			c.answers[command] = strings.ReplaceAll(answer, `\n`, "\n")
		case "prompts":
			first, second, _ := strings.Cut(rest, ", ")
			c.prompts = [2]string{first, second}
		default:
			t.Fatalf("a server cannot %q", line)
		}
	}
	return c
}

// What differs from message to message.
var (
	idLine   = regexp.MustCompile(`(?m)^Message-Id: <\d{19}\.\d{1,20}@([\w.-]+)>$`)
	dateLine = regexp.MustCompile(`(?m)^Date: (.*)$`)
	boundary = regexp.MustCompile(`boundary=([0-9a-f]{60})\n`)
)

// scrub checks what differs from message to message and takes it out.
func scrub(t *testing.T, message string) string {
	t.Helper()
	if message == "" {
		return ""
	}
	parsed, err := mail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatalf("not a message: %v", err)
	}
	if strings.Count(message, "\n") != strings.Count(message, "\r\n") || strings.Count(message, "\r") != strings.Count(message, "\r\n") {
		t.Error("a line does not end with CR LF")
	}
	message = strings.ReplaceAll(message, "\r\n", "\n")
	if m := idLine.FindStringSubmatch(message); m != nil {
		if host, err := os.Hostname(); err == nil && m[1] != host {
			t.Errorf("the id has the host name %q, want %q", m[1], host)
		}
		message = strings.Replace(message, m[0], "Message-Id: $ID", 1)
	}
	date, err := time.Parse(time.RFC1123Z, parsed.Header.Get("Date"))
	if err == nil && time.Since(date).Abs() < time.Hour {
		message = dateLine.ReplaceAllString(message, "Date: $$DATE")
	}
	if m := boundary.FindStringSubmatch(message); m != nil {
		message = strings.ReplaceAll(message, m[1], "$BOUNDARY")
	}
	return message
}

func TestConfigErrors(t *testing.T) {
	tests := []struct{ name, entry, global, want string }{
		{"nobody", "{}", basic, "to: missing"},
		{"nobody at all", "to: ''", basic, "to: missing"},
		{"no smarthost", "to: a@b", "smtp_from: a@b", "smarthost: missing"},
		{"null smarthost", "{to: a@b, smarthost: }", "smtp_from: a@b", "smarthost: missing"},
		{"no sender", "to: a@b", "smtp_smarthost: 'h:25'", "from: missing"},
		{"no port", "{to: a@b, smarthost: h}", basic, "smarthost: line 1: want host:port"},
		{"empty port", "{to: a@b, smarthost: 'h:'}", basic, "smarthost: line 1: the port is missing"},
		{"bare IPv6", "{to: a@b, smarthost: '::1:25'}", basic, "want host:port"},
		{"two ports", "{to: a@b, smarthost: 'h:25:26'}", basic, "want host:port"},
		{"global port", "to: a@b", "smtp_smarthost: h", "smtp_smarthost: line 1: want host:port"},
		{"header twice", "{to: a@b, headers: {x-a: 1, X-A: 2}}", basic, "headers: X-A is given twice"},
		{"header with colon", "{to: a@b, headers: {'Subject:': x}}", basic, `"Subject:" cannot be the name of a header`},
		{"header with line break", `{to: a@b, headers: {"A\nB": x}}`, basic, "cannot be the name of a header"},
		{"header with blank", "{to: a@b, headers: {Reply To: x}}", basic, `"Reply To" cannot be`},
		{"header without name", "{to: a@b, headers: {'': x}}", basic, `"" cannot be`},
		{"thread and references", "{to: a@b, threading: {enabled: true, thread_by_date: none}, headers: {references: x}}", basic, "headers: References is set by threading"},
		{"thread and reply", "{to: a@b, threading: {enabled: true, thread_by_date: none}, headers: {IN-REPLY-TO: x}}", basic, "headers: In-Reply-To is set by threading"},
		{"thread by nothing", "{to: a@b, threading: {enabled: true}}", basic, `thread_by_date must be daily or none, not ""`},
		{"thread by week", "{to: a@b, threading: {enabled: true, thread_by_date: weekly}}", basic, `not "weekly"`},
		{"thread capital", "{to: a@b, threading: {enabled: true, thread_by_date: Daily}}", basic, `not "Daily"`},
		{"thread key", "{to: a@b, threading: {by: x}}", basic, "by"},
		{"http_config", "{to: a@b, http_config: {}}", basic, "http_config"},
		{"TLS key", "{to: a@b, tls_config: {cafile: x}}", basic, "cafile"},
		{"TLS twice", "{to: a@b, tls_config: {ca: x, ca_file: y}}", basic, "at most one of ca, ca_file"},
		{"TLS version", "{to: a@b, tls_config: {min_version: TLS9}}", basic, "TLS9"},
		{"quoted bool", "{to: a@b, require_tls: 'false'}", basic, "require_tls"},
		{"two global passwords", "to: a@b", "{smtp_auth_password: s3cr3t, smtp_auth_password_file: f}", "at most one of smtp_auth_password and smtp_auth_password_file"},
		{"two global secrets", "to: a@b", "{smtp_auth_secret: s3cr3t, smtp_auth_secret_file: f}", "at most one of smtp_auth_secret and smtp_auth_secret_file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.entry, test.global)
			if err == nil {
				t.Fatalf("accepted, want %q", test.want)
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("error %q, want %q", err, test.want)
			}
		})
	}
}

// TestShown has what is accepted, what it inherits and how it is shown.
func TestShown(t *testing.T) {
	const (
		html    = "html: '{{ template \"email.default.html\" . }}'\n"
		subject = "    Subject: '{{ template \"email.default.subject\" . }}'\n"
	)
	tests := []struct{ name, entry, global, want string }{
		{
			"defaults", "to: a@b", "{smtp_from: c@d, smtp_smarthost: 'h:smtp'}",
			"send_resolved: false\nto: a@b\nfrom: c@d\nhello: localhost\nsmarthost: h:smtp\n" +
				"headers:\n    From: c@d\n" + subject + "    To: a@b\n" + html +
				"require_tls: true\ntls_config:\n    insecure_skip_verify: false\n",
		},
		{
			"all inherited",
			"to: a@b",
			"{smtp_from: c@d, smtp_hello: me, smtp_smarthost: '[::1]:25', smtp_auth_username: u, smtp_auth_password: p, smtp_auth_secret_file: f, " +
				"smtp_auth_identity: i, smtp_require_tls: no, smtp_tls_config: {server_name: s}, smtp_force_implicit_tls: no}",
			"send_resolved: false\nto: a@b\nfrom: c@d\nhello: me\nsmarthost: '[::1]:25'\nauth_username: u\nauth_password: <secret>\n" +
				"auth_secret_file: f\nauth_identity: i\nheaders:\n    From: c@d\n" + subject + "    To: a@b\n" + html +
				"require_tls: false\ntls_config:\n    server_name: s\n    insecure_skip_verify: false\nforce_implicit_tls: false\n",
		},
		{
			"all its own",
			"{send_resolved: yes, timeout: 9s, to: a@b, from: x@y, hello: you, smarthost: '[host]:587', auth_username: name, auth_password_file: q, auth_secret: s, " +
				"auth_identity: j, headers: {x-custom: 1, subject: S, to: T, from: F}, html: '', text: t, require_tls: yes, " +
				"tls_config: {insecure_skip_verify: true}, force_implicit_tls: yes, threading: {enabled: yes, thread_by_date: daily}}",
			"{smtp_from: c@d, smtp_hello: me, smtp_smarthost: 'h:25', smtp_auth_username: u, smtp_auth_password: p, smtp_auth_secret_file: f, " +
				"smtp_auth_identity: i, smtp_require_tls: no, smtp_tls_config: {server_name: s}, smtp_force_implicit_tls: no}",
			"send_resolved: true\ntimeout: 9s\nto: a@b\nfrom: x@y\nhello: you\nsmarthost: host:587\nauth_username: name\nauth_password_file: q\n" +
				"auth_secret: <secret>\nauth_identity: j\nheaders:\n    From: F\n    Subject: S\n    To: T\n    X-Custom: \"1\"\ntext: t\n" +
				"require_tls: true\ntls_config:\n    insecure_skip_verify: true\nforce_implicit_tls: true\n" +
				"threading:\n    enabled: true\n    thread_by_date: daily\n",
		},
		{
			"null",
			"{to: a@b, headers: , require_tls: , tls_config: , force_implicit_tls: , threading: }",
			"{smtp_from: c@d, smtp_hello: , smtp_smarthost: 'h:25', smtp_require_tls: , smtp_tls_config: }",
			"send_resolved: false\nto: a@b\nfrom: c@d\nsmarthost: h:25\n" +
				"headers:\n    From: c@d\n" + subject + "    To: a@b\n" + html + "require_tls: false\n",
		},
		{
			"thread that is off", "{to: a@b, headers: {References: x}, threading: {thread_by_date: weekly}, smarthost: ''}",
			"{smtp_from: c@d, smtp_smarthost: ':25'}",
			"send_resolved: false\nto: a@b\nfrom: c@d\nhello: localhost\nsmarthost: :25\n" +
				"headers:\n    From: c@d\n    References: x\n" + subject + "    To: a@b\n" + html +
				"require_tls: true\ntls_config:\n    insecure_skip_verify: false\nthreading:\n    thread_by_date: weekly\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := decode(test.entry, test.global)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if string(shown) != test.want {
				t.Errorf("shown as\n%s\nwant\n%s", shown, test.want)
			}
		})
	}
}

func TestGlobalShown(t *testing.T) {
	shown, err := yaml.Marshal(Kind().Globals())
	if err != nil {
		t.Fatal(err)
	}
	if want := "smtp_hello: localhost\nsmtp_require_tls: true\nsmtp_tls_config:\n    insecure_skip_verify: false\n"; string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}
