package notify

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// maxAhead is by how much the clocks of replicas may differ. What one that is ahead has
// told keeps its time: its ends of alerts count until then, and the others have it so.
const maxAhead = 2 * time.Minute

// resumed is an entry of an earlier life at the start of this one. What was told in
// the future, as the clock was set back, was told by now: otherwise nothing that is
// told from now on would count until the clock has caught up.
func resumed(e *Entry, now time.Time, retention time.Duration) *Entry {
	r := *e
	if r.Timestamp.After(now.Add(maxAhead)) {
		r.Timestamp = now
	}
	if longest := now.Add(retention); r.ExpiresAt.After(longest) {
		r.ExpiresAt = longest
	}
	r.steady(now)
	return &r
}

// steady makes the times of an entry, which came from elsewhere, those of the clock
// that now was read from: a clock that is set makes no reminder due, and nothing
// forgotten. Nobody else may have the entry yet.
func (e *Entry) steady(now time.Time) {
	e.Timestamp, e.ExpiresAt = alert.Steady(e.Timestamp, now), alert.Steady(e.ExpiresAt, now)
}

// following is the time of an entry that is made at now and takes the place of last,
// which may be nil. It is later than that even if the clock was set back, or that
// of the replica that made last is ahead.
func following(last *Entry, now time.Time) time.Time {
	if last == nil || now.After(last.Timestamp) {
		return now
	}
	return last.Timestamp.Add(1)
}
