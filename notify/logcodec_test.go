package notify

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

func exampleEntry() *Entry {
	at := time.Date(2026, 3, 1, 12, 0, 0, 7, time.UTC)
	return &Entry{
		Key:       LogKey{Group: `{}:{a="b"}`, Receiver: "team", Integration: "slack", Index: 3},
		Timestamp: at,
		ExpiresAt: at.Add(time.Hour),
		Firing:    []uint64{1, 1 << 63},
		Resolved:  []uint64{2},
		Owed:      []uint64{3, 4},
		Data:      map[string]string{"thread": "1.2", "empty": ""},
		Later:     wire.AppendTime(wire.AppendText(nil, 9, "of a later version"), 2002, at),
	}
}

func TestEntryCodec(t *testing.T) {
	want := exampleEntry()
	got, err := ParseEntry(AppendEntry(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnEntryNeedsAnAudience(t *testing.T) {
	e := exampleEntry()
	e.Key.Integration = ""
	if _, err := ParseEntry(AppendEntry(nil, e)); err == nil {
		t.Error("an entry for nobody is read")
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add(AppendEntry(nil, exampleEntry()))
	f.Add([]byte{0x0a, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEntry(b)
		if err != nil {
			return
		}
		again := AppendEntry(nil, e)
		second, err := ParseEntry(again)
		if err != nil {
			t.Fatalf("%x is read, but not %x, which is written for it: %v", b, again, err)
		}
		if !bytes.Equal(again, AppendEntry(nil, second)) {
			t.Fatalf("%x changes when it is read and written", again)
		}
	})
}
