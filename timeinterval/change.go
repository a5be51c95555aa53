package timeinterval

import "time"

// horizon is how far Change looks ahead.
const horizon = 8 * 24 * time.Hour

// Change returns when the intervals of a name begin to contain the time, or cease
// to, after t. It returns the zero time if they do neither in the next eight days.
func (s Set) Change(name string, t time.Time) time.Time {
	now := s.contains(name, t)
	// Intervals are made of minutes by the clock on the wall, and offsets of zones
	// are whole minutes in our days. To try each is simpler than to think of the
	// hours that clocks skip and repeat.
	next := t.Truncate(time.Minute)
	for range int(horizon / time.Minute) {
		next = next.Add(time.Minute)
		if s.contains(name, next) != now {
			return next
		}
	}
	return time.Time{}
}

func (s Set) contains(name string, t time.Time) bool {
	for _, i := range s[name] {
		if i.Contains(t) {
			return true
		}
	}
	return false
}
