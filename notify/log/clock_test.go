package log

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	p := printer{now: time.Date(2026, 3, 1, 1, 0, 0, 0, zone)}
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 3, 1, 0, 30, 0, 0, zone), "00:30:00"},
		{time.Date(2026, 2, 28, 22, 15, 0, 0, time.UTC), "00:15:00"},
		{time.Date(2026, 2, 28, 21, 15, 0, 0, time.UTC), "2026-02-28 23:15:00"},
		{time.Date(2025, 3, 1, 1, 0, 0, 0, zone), "2025-03-01 01:00:00"},
	} {
		if got := p.clock(c.at); got != c.want {
			t.Errorf("%s is shown as %s, want %s", c.at, got, c.want)
		}
	}
}
