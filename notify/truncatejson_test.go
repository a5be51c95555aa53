package notify

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-kit/log"
)

func TestTruncateJSON(t *testing.T) {
	tests := []struct {
		name, text string
		most       int
		want       string
		cut        bool
	}{
		{"fits", "abc", 5, "abc", false},
		{"nothing", "", 2, "", false},
		{"no room", "abc", 0, "", true},
		{"room for quotes", "abc", 2, "", true},
		{"plain", "abcdefgh", 9, "abcd…", true},
		{"escapes", "<<<<<<<<<", 55, "<<<<<…", true},
		{"escapes that fit", "<<<<", 26, "<<<<", false},
		{"between characters", "語語語", 9, "語…", true},
		{"not UTF-8", "\xff\xff", 14, "\xff\xff", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, cut := TruncateJSON(test.text, test.most)
			if got != test.want || cut != test.cut {
				t.Errorf("got %q, %v, want %q, %v", got, cut, test.want, test.cut)
			}
		})
	}
}

func FuzzTruncateJSON(f *testing.F) {
	f.Add("a\"<\n語\x00\xff\u2028", 20)
	f.Add("", -1)
	f.Fuzz(func(t *testing.T, text string, most int) {
		got, cut := TruncateJSON(text, most)
		b, err := json.Marshal(got)
		switch {
		case err != nil:
			t.Fatal(err)
		case len(b) > max(most, len(`""`)):
			t.Errorf("%q has %d bytes, want at most %d", b, len(b), most)
		case !cut && got != text:
			t.Errorf("%q became %q and is not said to be cut", text, got)
		case utf8.ValidString(text) && !utf8.ValidString(got):
			t.Errorf("%q was cut within a character: %q", text, got)
		}
	})
}

func TestCutBytesAndJSON(t *testing.T) {
	var logged bytes.Buffer
	d := Deps{Logger: log.NewLogfmtLogger(&logged)}
	n := &Notification{GroupKey: "g", Receiver: "r"}
	if got := d.CutBytes("ntfy", n, "title", "abcdef", 5) + d.CutJSON("ntfy", n, "message", "abcdef", 7); got != "ab…ab…" {
		t.Errorf("cut to %q", got)
	}
	d.CutBytes("ntfy", n, "short", "abc", 3)
	for _, want := range []string{"key=title bytes=5", "key=message bytes=7", "integration=ntfy"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, logged.String())
		}
	}
	if strings.Contains(logged.String(), "short") {
		t.Errorf("a warning about a text that fits:\n%s", logged.String())
	}
}
