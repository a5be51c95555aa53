package silence

import (
	"maps"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Silence keeps the alerts that its matchers match quiet for a while. Once
// stored it is shared and does not change: an update makes a new value.
type Silence struct {
	ID          string         // lower-case UUID, given by Silences
	Matchers    alert.Matchers // in the order in which they were given
	StartsAt    time.Time      // belongs to it
	EndsAt      time.Time      // does not belong to it
	UpdatedAt   time.Time      // when it was last changed
	CreatedBy   string
	Comment     string
	Annotations map[string]string
	// Later holds fields that a later version has added, as they are written: a
	// replica that knows them gets them back.
	Later []byte
}

// State is where a silence is in its life.
type State string

// The states, in the order in which a silence goes through them.
const (
	Pending State = "pending"
	Active  State = "active"
	Expired State = "expired"
)

// StateAt is the state at an instant. One that was over when it was last changed, as
// somebody has ended it, is expired for good, also by a clock that has not come to its
// end: that of the replica where it was ended may be ahead.
func (s *Silence) StateAt(now time.Time) State {
	switch {
	case !now.Before(s.EndsAt), !s.EndsAt.After(s.UpdatedAt):
		return Expired
	case now.Before(s.StartsAt):
		return Pending
	default:
		return Active
	}
}

// clone copies what the giver of s could still change.
func (s Silence) clone() *Silence {
	s.Matchers = slices.Clone(s.Matchers)
	s.Annotations = maps.Clone(s.Annotations)
	s.StartsAt = s.StartsAt.UTC()
	s.EndsAt = s.EndsAt.UTC()
	return &s
}

// changesInPlace reports whether next can take the place of old under its id
// without rewriting what has been: alerts matched the same way, from the same
// start, until now at least. The API knows no fractions of a millisecond, so
// the start is compared to the second.
func changesInPlace(old, next *Silence, now time.Time) bool {
	if !slices.EqualFunc(old.Matchers, next.Matchers, (*alert.Matcher).Same) {
		return false
	}
	switch old.StateAt(now) {
	case Active:
		return old.StartsAt.Unix() == next.StartsAt.Unix() && !next.EndsAt.Before(now)
	case Pending:
		return !next.StartsAt.Before(now)
	default:
		return false
	}
}

// expiredAt is the silence after someone has ended it. One that never began
// keeps no length.
func (s *Silence) expiredAt(now time.Time) *Silence {
	ended := *s
	if s.StateAt(now) == Pending {
		ended.StartsAt = now
	}
	ended.EndsAt = now
	ended.UpdatedAt = s.nextChange(now)
	return &ended
}

// nextChange is the time of a change at now. Replicas take the later of two
// changes, so it is later than the last one even if a clock was set back, or that
// of the replica with the last change is ahead.
func (s *Silence) nextChange(now time.Time) time.Time {
	if now.Before(s.UpdatedAt) {
		return s.UpdatedAt.Add(1)
	}
	return now
}
