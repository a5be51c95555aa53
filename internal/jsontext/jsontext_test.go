package jsontext

import (
	"bytes"
	"encoding/json"
	"testing"
)

// check holds AppendString against encoding/json.
func check(t *testing.T, s string) {
	t.Helper()
	for _, e := range []Escaping{Verbatim, ForHTML} {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(bool(e))
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got := AppendString([]byte("before"), s, e); string(got)+"\n" != "before"+want.String() {
			t.Errorf("%q: %s, want %s", s, got[len("before"):], &want)
		}
	}
}

func TestAppendString(t *testing.T) {
	for c := range 0x110000 {
		check(t, "a"+string(rune(c))+"b")
	}
	for c := range 0x100 {
		for d := range 0x100 {
			check(t, string([]byte{byte(c), byte(d)}))
			check(t, string([]byte{0xe2, 0x80, byte(c), byte(d)}))
		}
	}
}

func TestAppendStringAllocatesNothing(t *testing.T) {
	b := make([]byte, 0, 1000)
	if n := testing.AllocsPerRun(100, func() { AppendString(b, "plain <b> \xff\u2028 \"quoted\"\n", ForHTML) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", `"\/`, "\x00\x1f\x7f\b\f\n\r\t", "<&>", "\u2028\u2029\u202a", "\xff\xed\xa0\x80\xe2\x80", "ü€😀\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(check)
}

func BenchmarkAppendString(b *testing.B) {
	const s = `The rate of <failed> requests of "web-17" is above 5 % for ten minutes & more, see the runbook`
	buf := make([]byte, 0, 1000)
	b.ReportAllocs()
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		buf = AppendString(buf[:0], s, ForHTML)
	}
}
