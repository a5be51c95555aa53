package notify

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/template"
)

func TestTruncateTo(t *testing.T) {
	for _, c := range []struct {
		text, end           string
		n                   int
		runes, bytes, quote string
	}{
		{"", "\nL", 4, "", "", ""},
		{"abc", "\nL", 5, "abc", "abc", "abc"},
		{"abcdefghijkl", "\nL", 10, "abcdefg…\nL", "abcde…\nL", "ab…\nL"},
		{"abcdefghijkl", "", 10, "abcdefghi…", "abcdefg…", "abcde…"},
		{"abcdefghijkl", "\nlong", 8, "abcdefg…", "abcde…", "abc…"},           // no room beside it
		{"語語語語語語", "\nL", 5, "語語語語…", "…", "…"},                               // borders of characters
		{"語語語語語語", "\nL", 11, "語語語語語語", "語語…\nL", "語…\nL"},                    // in bytes only
		{"<<<<<<<<<<<<", "\n<", 30, "<<<<<<<<<<<<", "<<<<<<<<<<<<", "<<…\n<"}, // escapes, also of the end
	} {
		for _, f := range []struct {
			name string
			cut  func(string, int, string) (string, bool)
			want string
		}{
			{"TruncateRunesTo", TruncateRunesTo, c.runes},
			{"TruncateBytesTo", TruncateBytesTo, c.bytes},
			{"TruncateJSONTo", TruncateJSONTo, c.quote},
		} {
			if got, cut := f.cut(c.text, c.n, c.end); got != f.want || cut != (got != c.text) {
				t.Errorf("%s(%q, %d, %q) is %q, %t; want %q", f.name, c.text, c.n, c.end, got, cut, f.want)
			}
		}
	}
}

func FuzzTruncateTo(f *testing.F) {
	f.Add("a\"<\n語\x00\xff\u2028", 20, "\nhttp://h")
	f.Add("語語語語", 8, "\n")
	f.Add("", -1, "")
	f.Fuzz(func(t *testing.T, text string, most int, end string) {
		size := map[string]func(string) int{
			"runes": utf8.RuneCountInString,
			"bytes": func(s string) int { return len(s) },
			"JSON":  func(s string) int { b, _ := json.Marshal(s); return max(len(b), len(`""`)) },
		}
		for name, cutTo := range map[string]func(string, int, string) (string, bool){
			"runes": TruncateRunesTo, "bytes": TruncateBytesTo, "JSON": TruncateJSONTo,
		} {
			got, cut := cutTo(text, most, end)
			limit := max(most, 0)
			if name == "JSON" {
				limit = max(most, len(`""`))
			}
			switch {
			case size[name](got) > limit:
				t.Errorf("%s: %q has a size of %d, want at most %d", name, got, size[name](got), limit)
			case !cut && got != text:
				t.Errorf("%s: %q became %q and is not said to be cut", name, text, got)
			case utf8.ValidString(text) && utf8.ValidString(end) && !utf8.ValidString(got):
				t.Errorf("%s: %q was cut within a character: %q", name, text, got)
			}
		}
	})
}

func TestCutBody(t *testing.T) {
	var logged bytes.Buffer
	d := Deps{Logger: log.NewLogfmtLogger(&logged)}
	n := NewNotification("g", template.Batch{Receiver: "r", ExternalURL: "http://h"}, nil)
	long := strings.Repeat("x", 300)
	for name, short := range map[string]string{
		"characters=200": d.CutBodyRunes("slack", n, "text", long, 200),
		"bytes=201":      d.CutBodyBytes("slack", n, "text", long, 201),
		"bytes=202":      d.CutBodyJSON("slack", n, "text", long, 202),
	} {
		if !strings.HasSuffix(short, "x…\n"+n.Link()) {
			t.Errorf("%s: cut to %q, want the link at its end", name, short)
		}
		if !strings.Contains(logged.String(), name) {
			t.Errorf("the log does not say %s:\n%s", name, logged.String())
		}
	}
	logged.Reset()
	if got := d.CutBodyRunes("slack", n, "text", long, 300); got != long || logged.Len() > 0 {
		t.Errorf("a text that fits became %q; log %s", got, logged.String())
	}
}

func TestRoomInJSON(t *testing.T) {
	type message struct {
		A string `json:"a"`
		B string `json:"b"`
	}
	m := message{A: "<"}
	m.B, _ = TruncateJSON(strings.Repeat("x", 100), RoomInJSON(m, 50))
	b, err := json.Marshal(m)
	if err != nil || len(b)+len("\n") != 50 {
		t.Errorf("%s has %d bytes, want 49: %v", b, len(b), err)
	}
}
