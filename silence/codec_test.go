package silence

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/wire"
)

func sameMatchers() cmp.Option {
	return cmp.Comparer(func(a, b *alert.Matcher) bool { return a.Same(b) })
}

func example(t testing.TB) *Silence {
	sil := running(t)
	sil.ID = "4b1d4a4e-0000-4000-8000-000000000000"
	sil.Matchers = append(equals(t, "a", "1"), match(t, alert.MatchNotRegexp, "b", "x|y"), match(t, alert.MatchRegexp, "c", ".+"), match(t, alert.MatchNotEqual, "d", ""))
	sil.StartsAt, sil.EndsAt = time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	sil.UpdatedAt = sil.StartsAt
	sil.Annotations = map[string]string{"ticket": "OPS-1", "empty": ""}
	return &sil
}

func TestCodec(t *testing.T) {
	sil := example(t)
	sil.Later = wire.AppendText(wire.AppendText(nil, 12, "of a later version"), 2000, "too")
	expiry := sil.EndsAt.Add(time.Hour)
	got, expiresAt, err := Parse(Append(nil, sil, expiry))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sil, got, sameMatchers()); diff != "" || !expiresAt.Equal(expiry) {
		t.Errorf("%s, expires %s", diff, expiresAt)
	}
}

// The oracle of the size is a writer of its own.
func TestParseReadsWhatTheOracleWrites(t *testing.T) {
	sil := example(t)
	got, _, err := Parse(encode(sil, sil.EndsAt))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sil, got, sameMatchers()); diff != "" {
		t.Error(diff)
	}
}

func TestParseReadsOldForms(t *testing.T) {
	matcher := append(textField(2, "a"), textField(3, "1")...)
	old := textField(1, "id")
	old = append(old, field(2, matcher)...)
	old = append(old, field(7, append(textField(1, "ann"), textField(2, "works")...))...)
	got, _, err := Parse(field(1, old))
	if err != nil {
		t.Fatal(err)
	}
	want := &Silence{ID: "id", Matchers: equals(t, "a", "1"), CreatedBy: "ann", Comment: "works"}
	if diff := cmp.Diff(want, got, sameMatchers()); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Append(nil, example(f), time.Unix(1, 0)))
	f.Add([]byte{0x0a, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		sil, expiry, err := Parse(b)
		if err != nil {
			return
		}
		again := Append(nil, sil, expiry)
		second, expiry, err := Parse(again)
		if err != nil {
			t.Fatalf("%x is read, but not %x, which is written for it: %v", b, again, err)
		}
		if !bytes.Equal(again, Append(nil, second, expiry)) {
			t.Fatalf("%x changes when it is read and written", again)
		}
	})
}
