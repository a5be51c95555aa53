package api

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/tocsin-alerting/tocsin/alert"
)

// reference encodes a string as encoding/json does.
func reference(t *testing.T, s string, e escaping) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(bool(e))
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{
		"", "plain", "<a href=\"x\">&amp;</a>", "\x00\x01\b\f\n\r\t\x1f\x7f", `back\slash`, "ä€😀",
		"\u2027\u2028\u2029\u202a", "\xff", "a\xc3", "\xed\xa0\x80", "\ufffd", "\xe2\x80",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, e := range []escaping{verbatim, forHTML} {
			if got, want := string(appendString(nil, s, e)), reference(t, s, e); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

func TestAppendFingerprint(t *testing.T) {
	for f, want := range map[alert.Fingerprint]string{
		0: `"0000000000000000"`, 0xabc: `"0000000000000abc"`, 1<<64 - 1: `"ffffffffffffffff"`,
	} {
		if got := string(appendFingerprint(nil, f)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
