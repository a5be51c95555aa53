package alert

import "time"

// Steady is the instant t as a reading of the clock that now is, which has to come
// from time.Now: the time between it and other such readings is the time that
// passes, even if somebody sets the clock meanwhile. What was read from a file or
// from another host is but a text on a calendar otherwise. An instant that is further
// away than a time.Duration can say, as the zero time is, stays as it is.
func Steady(t, now time.Time) time.Time {
	if s := now.Add(t.Sub(now)); s.Equal(t) {
		return s
	}
	return t
}
