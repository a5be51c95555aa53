package notify_test

import (
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		text         string
		n            int
		runes, bytes string
	}{
		{"", 0, "", ""},
		{"abc", 3, "abc", "abc"},
		{"abcd", 3, "abc", "…"},
		{"abcd", 2, "ab", ".."},
		{"abcd", 0, "", ""},
		{"abcd", -1, "", ""},
		{"abcdef", 5, "abcd…", "ab…"},
		{"ääääää", 5, "ääää…", "ä…"},
		{"ääääää", 6, "ääääää", "ä…"},
		{"日本語日本語", 7, "日本語日本語", "日…"},
	} {
		runes, cutRunes := notify.TruncateRunes(c.text, c.n)
		bytes, cutBytes := notify.TruncateBytes(c.text, c.n)
		if runes != c.runes || cutRunes != (runes != c.text) {
			t.Errorf("TruncateRunes(%q, %d) is %q, %t; want %q", c.text, c.n, runes, cutRunes, c.runes)
		}
		if bytes != c.bytes || cutBytes != (bytes != c.text) {
			t.Errorf("TruncateBytes(%q, %d) is %q, %t; want %q", c.text, c.n, bytes, cutBytes, c.bytes)
		}
	}
}
