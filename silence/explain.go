package silence

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Matching returns the silences that match the labels and that are in force at now,
// those that end last first, and then those that will be, in the order of their
// start.
func (s *Silences) Matching(l alert.Labels, now time.Time) []*Silence {
	defer s.metrics.query(time.Now())
	active, pending := s.matchingByState(l, now)
	slices.SortFunc(active, func(a, b *Silence) int {
		return cmp.Or(b.EndsAt.Compare(a.EndsAt), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(pending, func(a, b *Silence) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID))
	})
	return append(active, pending...)
}

func (s *Silences) matchingByState(l alert.Labels, now time.Time) (active, pending []*Silence) {
	s.renew(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for f := range s.index.Match(l) {
		switch sil := f.silence; sil.StateAt(now) {
		case Active:
			active = append(active, sil)
		case Pending:
			pending = append(pending, sil)
		}
	}
	return active, pending
}
