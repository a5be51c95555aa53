package email

import (
	"mime"
	"net/mail"
	"strings"
	"testing"
)

func TestHeaderLine(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 250))
	tests := []struct{ name, header, value, want string }{
		{"plain", "Subject", "[FIRING:1] a  b ", "Subject: [FIRING:1] a  b \r\n"},
		{"empty", "X-A", "", "X-A: \r\n"},
		{"not ASCII", "Subject", "größe", "Subject: =?utf-8?q?gr=C3=B6=C3=9Fe?=\r\n"},
		{"control", "Subject", "a\x00b", "Subject: =?utf-8?q?a=00b?=\r\n"},
		{"line break", "Subject", "a\r\nBcc: b@c\n", "Subject: a Bcc: b@c\r\n"},
		{"addresses", "To", `"A, B" <a@b>, c@d`, "To: \"A, B\" <a@b>, c@d\r\n"},
		{"names", "Cc", "Jürgen <j@x>, Y <y@x>", "Cc: =?utf-8?q?J=C3=BCrgen?= <j@x>, \"Y\" <y@x>\r\n"},
		{"no addresses", "To", "Jürgen", "To: =?utf-8?q?J=C3=BCrgen?=\r\n"},
		{"long, as it may be", "X", strings.Repeat("y", 995), "X: " + strings.Repeat("y", 995) + "\r\n"},
		{"long without blanks", "X", strings.Repeat("y", 996), "X:\r\n " + strings.Repeat("y", 996) + "\r\n"},
		{"long", "X", long, "X: word word word word word word word word word word word word word word word\r\n word"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := headerLine(test.header, test.value)
			if got != test.want && (test.value != long || !strings.HasPrefix(got, test.want)) {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

// FuzzHeaderLine checks that whatever stands in a value, it is one header, and
// that mail programs read what was meant.
func FuzzHeaderLine(f *testing.F) {
	for _, seed := range []string{"", "a", "größe", "a\nBcc: b@c", " \r\n\t", "a  b ", strings.Repeat("x ", 900), strings.Repeat("é ", 900), "\xff", "\x7f", "=?utf-8?q?a?="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		line := headerLine("Subject", value)
		m, err := mail.ReadMessage(strings.NewReader(line + "\r\n"))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(m.Header) != 1 {
			t.Fatalf("%q: %d headers", line, len(m.Header))
		}
		for part := range strings.SplitSeq(strings.TrimSuffix(line, "\r\n"), "\r\n") {
			if strings.ContainsAny(part, "\r\n") || strings.TrimSpace(part) == "" {
				t.Fatalf("%q: a line %q", line, part)
			}
		}
		if strings.Contains(value, "=?") {
			return // may be an encoded word already
		}
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Fields(strings.ToValidUTF8(value, "\ufffd")); !same(strings.Fields(strings.ToValidUTF8(got, "\ufffd")), want) {
			t.Fatalf("read as %q, want %q", got, want)
		}
	})
}

func same(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }

func TestAddresses(t *testing.T) {
	tests := []struct{ text, want, problem string }{
		{"a@b", "a@b", ""},
		{"A B <a@b>, c@d,", "a@b c@d", ""},
		{`"x> NOTIFY=NEVER"@h`, `"x> NOTIFY=NEVER"@h`, ""},
		{"größe@größe.example", "größe@größe.example", ""},
		{"", "", `to: "" is no list of addresses`},
		{"a b", "", "is no list of addresses"},
		{strings.Repeat("x", 5000), "", "is no list of addresses"},
	}
	for _, test := range tests {
		got, err := addresses("to", test.text)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
		switch {
		case test.problem == "" && err != nil:
			t.Errorf("%q: %v", test.text, err)
		case test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem) || len(err.Error()) > 300):
			t.Errorf("%q: error %v, want a short one with %q", test.text, err, test.problem)
		}
	}
}
