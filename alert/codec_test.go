package alert

import (
	"bytes"
	"testing"
	"time"
)

func recorded() *Alert {
	a := New(LabelsOf("alertname", "X", "host", "a"))
	a.Annotations = LabelsOf("summary", "")
	a.StartsAt = time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	a.EndsAt = time.Date(9999, 12, 31, 23, 59, 59, 999, time.UTC)
	a.UpdatedAt, a.ReceivedAt = a.StartsAt.Add(time.Second), a.StartsAt
	a.GeneratorURL, a.Timeout = "http://x/", true
	return a
}

func TestRecord(t *testing.T) {
	want := recorded()
	got, err := Decode(Append(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	if *got != *want {
		t.Errorf("read %+v, want %+v", got, want)
	}
	if got, err = Decode(append(Append(nil, want), "of a later version"...)); err != nil || *got != *want {
		t.Errorf("what a later version adds is not skipped: %v", err)
	}
	var zero Alert
	if got, err = Decode(Append(nil, &zero)); err != nil || !got.EndsAt.IsZero() || !got.Labels.Empty() {
		t.Errorf("read %+v, %v; want the zero alert", got, err)
	}
}

func TestARecordThatBreaksOff(t *testing.T) {
	b := Append(nil, recorded())
	for n := range b {
		if _, err := Decode(b[:n]); err == nil {
			t.Errorf("the first %d bytes of %d are read", n, len(b))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Append(nil, recorded()))
	f.Add(Append(nil, &Alert{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Decode(b)
		if err != nil {
			return
		}
		again := Append(nil, a)
		second, err := Decode(again)
		if err != nil || !bytes.Equal(again, Append(nil, second)) {
			t.Fatalf("%x is read but changes: %v", b, err)
		}
		for name, value := range a.Labels.All() {
			_, _ = name, value // damaged labels would panic
		}
	})
}
