package inhibit

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// rule is a Rule with the place of the alerts that match its source side.
type rule struct {
	Rule
	number int
	family *family
	slots  int // that it has in the family
}

// slot holds the sources that have the same values of the rule's equal labels.
// Those that match the target side, too, are apart, because a target that also
// matches the source side is exempt from them.
type slot struct {
	oneSided, twoSided sources
}

// idle reports whether the rule has no source.
func (r *rule) idle() bool { return r.slots == 0 }

// inhibitor returns the source that ends last of those that keep a target with
// these labels quiet, or nil. The labels match the target side.
func (r *rule) inhibitor(target alert.Labels, now time.Time) *alert.Alert {
	return r.last(r.family.slot(r.number, target), target, now)
}

// last is inhibitor where the slot is known; it may be nil.
func (r *rule) last(here *slot, target alert.Labels, now time.Time) *alert.Alert {
	if here == nil {
		return nil
	}
	best := here.oneSided.last()
	if other := here.twoSided.last(); other != nil && (best == nil || endsLater(other, best)) && !r.Source.Match(target) {
		best = other
	}
	// If the source that ends last is over, all are.
	if best == nil || best.ResolvedAt(now) {
		return nil
	}
	return best
}

// add takes in an alert that matches the source side.
func (r *rule) add(s *source) {
	key := string(r.family.appendKey(nil, s.alert.Labels))
	here := r.family.take(r.number, key)
	if here.empty() {
		r.slots++
	}
	side := &here.oneSided
	if r.Target.Match(s.alert.Labels) {
		side = &here.twoSided
	}
	s.enter(side, func() {
		if here.empty() {
			r.family.leave(r.number, key)
			r.slots--
		}
	})
}

func (s *slot) empty() bool { return s.oneSided.Len()+s.twoSided.Len() == 0 }
