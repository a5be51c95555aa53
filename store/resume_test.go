package store

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/walltest"
)

func TestResume(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for _, tc := range []struct {
		name               string
		updated, end       time.Duration // from now
		timeout            bool
		away               time.Duration
		wantUpdated, ended time.Duration
		changed            bool
	}{
		{"nothing has happened", -time.Minute, 4 * time.Minute, true, 0, -time.Minute, 4 * time.Minute, false},
		{"it was down", -time.Hour, -55 * time.Minute, true, time.Hour, -time.Hour, 5 * time.Minute, true},
		{"it had ended before", -time.Hour, -55 * time.Minute, true, 50 * time.Minute, -time.Hour, -55 * time.Minute, false},
		{"the sender named the end", -time.Hour, -55 * time.Minute, false, time.Hour, -time.Hour, -55 * time.Minute, false},
		{"the clock was set forward by years", -8000 * day, -8000*day + 5*time.Minute, true, 8000 * day, -8000 * day, 5 * time.Minute, true},
		{"the clock was set back by an hour", time.Hour, time.Hour + 5*time.Minute, true, -time.Hour - time.Minute, 0, 5 * time.Minute, true},
		{"the clock was set back by years", 8000 * day, 8000*day + 5*time.Minute, true, -8000 * day, 0, 5 * time.Minute, true},
		{"the sender's end counts as it is", time.Hour, 64 * time.Minute, false, -time.Hour - time.Minute, 0, 64 * time.Minute, true},
		{"what was over stays so", time.Hour, 30 * time.Minute, false, -time.Hour - time.Minute, 0, 0, true},
		{"even if it only timed out", 30 * time.Minute, 35 * time.Minute, true, -time.Hour, 0, 0, true},
		{"even if it was reported long before", -time.Hour, 30 * time.Minute, false, -time.Hour, -time.Hour, 0, true},
		{"it is not known when tocsin was last up", time.Hour, time.Hour + 5*time.Minute, true, 0, 0, 5 * time.Minute, true},
		{"reported by a replica whose clock is ahead", time.Second, 5 * time.Minute, true, time.Minute, 0, 5*time.Minute - time.Second, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := alert.New(alert.LabelsOf("alertname", "A"))
			a.UpdatedAt, a.ReceivedAt, a.EndsAt, a.Timeout = now.Add(tc.updated), now.Add(tc.updated), now.Add(tc.end), tc.timeout
			changed := resume(a, now, tc.away)
			if changed != tc.changed || !a.UpdatedAt.Equal(now.Add(tc.wantUpdated)) || !a.EndsAt.Equal(now.Add(tc.ended)) || a.ReceivedAt.After(now) {
				t.Errorf("changed: %t, updated %s, received %s, ends %s", changed, a.UpdatedAt.Sub(now), a.ReceivedAt.Sub(now), a.EndsAt.Sub(now))
			}
		})
	}
}

// TestWhatIsLoadedDoesNotEndWhenTheClockIsSet also wants what a replica has told to
// stay.
func TestWhatIsLoadedDoesNotEndWhenTheClockIsSet(t *testing.T) {
	now := time.Now()
	stored := func(name string) *alert.Alert {
		a := alert.New(alert.LabelsOf("alertname", name))
		a.StartsAt, a.UpdatedAt, a.ReceivedAt, a.EndsAt = now, now, now, now.Add(4*time.Minute)
		b, err := alert.Decode(alert.Append(nil, a))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	loaded, merged := stored("loaded"), stored("merged")
	resume(loaded, now, 0)
	s := NewAlerts(Options{})
	if _, err := s.Merge([][]byte{alert.Append(nil, merged)}); err != nil {
		t.Fatal(err)
	}
	merged, known := s.Get(merged.Fingerprint())
	if !known {
		t.Fatal("the alert of the replica is not there")
	}
	for _, jump := range []time.Duration{240 * time.Hour, -240 * time.Hour} {
		early, late := walltest.Set(now.Add(3*time.Minute), jump), walltest.Set(now.Add(5*time.Minute), jump)
		for _, a := range []*alert.Alert{loaded, merged} {
			if a.ResolvedAt(early) || !a.ResolvedAt(late) {
				t.Errorf("%s, the clock was set by %s: over after 3 minutes: %t, after 5: %t", a.Name(), jump, a.ResolvedAt(early), a.ResolvedAt(late))
			}
		}
	}
	// What is known already is no news.
	if news, _ := s.join(stored("merged"), time.Now()); news {
		t.Error("the same record is news the second time")
	}
}
