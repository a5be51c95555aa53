package store

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// resume makes an alert of an earlier life one of this, and reports whether that
// has changed what is stored. now and away are those of Alerts.Load.
func resume(a *alert.Alert, now time.Time, away time.Duration) (changed bool) {
	over := a.ResolvedAt(now.Add(-away))
	ahead := max(a.UpdatedAt.Sub(now), 0)
	switch {
	case over && a.EndsAt.After(now):
		a.EndsAt, changed = now, true // it must not fire again
	case over || !a.Timeout:
	case ahead > 0:
		a.EndsAt, changed = a.EndsAt.Add(-ahead), true
	case away > 0:
		a.EndsAt, changed = a.EndsAt.Add(away), true
	}
	if ahead > 0 {
		// That the last report was just now is the most that can be known. Otherwise
		// every report would seem to be old until the clock has caught up.
		a.UpdatedAt, changed = now, true
	}
	if a.ReceivedAt.After(now) {
		a.ReceivedAt = now
	}
	a.UpdatedAt, a.ReceivedAt = alert.Steady(a.UpdatedAt, now), alert.Steady(a.ReceivedAt, now)
	return changed
}

// unchanged reports whether two alerts are the same, whatever clock their times were
// read from.
func unchanged(a, b *alert.Alert) bool {
	x, y := *a, *b
	for _, t := range []*alert.Alert{&x, &y} {
		t.StartsAt, t.EndsAt, t.UpdatedAt, t.ReceivedAt = t.StartsAt.UTC(), t.EndsAt.UTC(), t.UpdatedAt.UTC(), t.ReceivedAt.UTC()
	}
	return x == y
}
