package notify

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/walltest"
)

func TestResumed(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for name, tc := range map[string]struct{ told, expires, wantTold, wantExpires time.Duration }{
		"as it was":             {-time.Hour, 5*day - time.Hour, -time.Hour, 5*day - time.Hour},
		"expired":               {-9 * day, -4 * day, -9 * day, -4 * day},
		"a clock was ahead":     {maxAhead, 5*day + maxAhead, maxAhead, 5 * day},
		"the clock was set":     {time.Hour, 5*day + time.Hour, 0, 5 * day},
		"the clock was set far": {8000 * day, 8005 * day, 0, 5 * day},
	} {
		e := Entry{Timestamp: now.Add(tc.told), ExpiresAt: now.Add(tc.expires)}
		got := resumed(&e, now, 5*day)
		if !got.Timestamp.Equal(now.Add(tc.wantTold)) || !got.ExpiresAt.Equal(now.Add(tc.wantExpires)) {
			t.Errorf("%s: told %s, expires %s", name, got.Timestamp.Sub(now), got.ExpiresAt.Sub(now))
		}
		if !e.Timestamp.Equal(now.Add(tc.told)) {
			t.Errorf("%s: the entry has changed", name)
		}
	}
}

func TestFollowing(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *Entry { return &Entry{Timestamp: now.Add(d)} }
	for name, tc := range map[string]struct {
		last *Entry
		want time.Duration
	}{
		"nothing was told": {nil, 0},
		"an hour ago":      {at(-time.Hour), 0},
		"now":              {at(0), 1},
		"in an hour":       {at(time.Hour), time.Hour + 1},
	} {
		if got := following(tc.last, now); !got.Equal(now.Add(tc.want)) {
			t.Errorf("%s: %s from now, want %s", name, got.Sub(now), tc.want)
		}
	}
}

// TestReminders wants a clock that is set to make no reminder due, and nothing
// forgotten, whether an entry is of this life, of an earlier one or of a replica.
func TestReminders(t *testing.T) {
	now := time.Now()
	const repeat, retention = 4 * time.Hour, 120 * time.Hour
	own := &Entry{Key: LogKey{Group: "own", Receiver: "team", Integration: "webhook"}, Timestamp: now, ExpiresAt: now.Add(retention), Firing: []uint64{1}}
	stored, err := ParseEntry(AppendEntry(nil, own))
	if err != nil {
		t.Fatal(err)
	}
	stored.Key.Group = "earlier"
	theirs := *stored
	theirs.Key.Group = "theirs"
	l := NewLog(LogOptions{Retention: retention})
	l.enter(own)
	l.entries[stored.Key] = resumed(stored, now, retention)
	if err := l.Merge([][]byte{AppendEntry(nil, &theirs)}); err != nil {
		t.Fatal(err)
	}
	if l.Len() != 3 {
		t.Fatalf("%d entries, want 3", l.Len())
	}
	for _, jump := range []time.Duration{time.Hour, 240 * time.Hour, -time.Hour, -240 * time.Hour} {
		l.GC(walltest.Set(now.Add(time.Hour), jump))
		for _, group := range []string{"own", "earlier", "theirs"} {
			last := l.Get(LogKey{Group: group, Receiver: "team", Integration: "webhook"})
			if last == nil {
				t.Fatalf("%s: the clock was set by %s, and it is forgotten", group, jump)
			}
			s := state{firing: []uint64{1}, repeat: repeat, now: walltest.Set(now.Add(3*time.Hour), jump)}
			if got := decide(last, s); got != ReasonNone {
				t.Errorf("%s: the clock was set by %s: after three hours: %s", group, jump, got)
			}
			s.now = walltest.Set(now.Add(5*time.Hour), jump)
			if got := decide(last, s); got != ReasonRepeat {
				t.Errorf("%s: the clock was set by %s: after five hours: %s", group, jump, got)
			}
		}
	}
}
