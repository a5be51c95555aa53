package alert_test

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/walltest"
)

// jumps are by how much somebody sets a clock.
func jumps() []time.Duration {
	return []time.Duration{time.Hour, 240 * time.Hour, -time.Hour, -240 * time.Hour}
}

func TestSteady(t *testing.T) {
	now := time.Now()
	for name, at := range map[string]time.Time{
		"soon":          now.Round(0).Add(4 * time.Minute).UTC(),
		"a moment ago":  now.Round(0).Add(-time.Second),
		"a month ago":   now.Round(0).Add(-720 * time.Hour).UTC(),
		"now":           now,
		"no time":       {},
		"the year 1":    time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC),
		"the year 9999": time.Date(9999, 12, 31, 23, 59, 59, 999, time.UTC),
		"the epoch":     time.Unix(0, 0).UTC(),
	} {
		if got := alert.Steady(at, now); !got.Equal(at) || !got.Round(0).Equal(at.Round(0)) {
			t.Errorf("%s: %s, want %s", name, got, at)
		}
	}
	told := alert.Steady(now.Round(0).Add(-time.Hour).UTC(), now)
	for _, jump := range jumps() {
		if age := walltest.Set(now, jump).Sub(told); age != time.Hour {
			t.Errorf("the clock was set by %s: an hour is %s", jump, age)
		}
	}
}

// TestAnAlertEndsWhenItsTimeHasPassed lets somebody set the clock between a report
// and the end that it names or that was computed.
func TestAnAlertEndsWhenItsTimeHasPassed(t *testing.T) {
	now := time.Now()
	for name, end := range map[string]time.Time{
		"computed":       now.Add(4 * time.Minute),
		"of the sender":  now.Round(0).Add(4 * time.Minute).UTC(),
		"ended long ago": now.Round(0).Add(-240 * time.Hour).UTC(),
	} {
		a := alert.Alert{UpdatedAt: now, EndsAt: end}
		for _, jump := range append(jumps(), 0) {
			early, late := walltest.Set(now.Add(3*time.Minute), jump), walltest.Set(now.Add(4*time.Minute), jump)
			if got, want := a.ResolvedAt(early), end.Before(now); got != want {
				t.Errorf("%s: the clock was set by %s: over after three minutes: %t, want %t", name, jump, got, want)
			}
			if !a.ResolvedAt(late) {
				t.Errorf("%s: the clock was set by %s: not over after four minutes", name, jump)
			}
		}
	}
}

// TestResolvedAt is about times of which the difference says nothing.
func TestResolvedAt(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	never := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		updated, end time.Time
		want         bool
	}{
		"no end":                 {now, time.Time{}, false},
		"never reported":         {time.Time{}, now.Add(1), false},
		"never reported, over":   {time.Time{}, now, true},
		"ends now":               {now.Add(-time.Hour), now, true},
		"ends in a moment":       {now.Add(-time.Hour), now.Add(1), false},
		"ended before it was":    {now.Add(time.Hour), now.Add(-1), true},
		"reported in the future": {now.Add(time.Hour), now.Add(1), false},
		"in thousands of years":  {now, never, false},
		"reported then, too":     {never, never, false},
		"thousands of years ago": {now, time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), true},
	} {
		if got := (&alert.Alert{UpdatedAt: tc.updated, EndsAt: tc.end}).ResolvedAt(now); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}
