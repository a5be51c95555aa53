package inhibit

import (
	"encoding/binary"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// rule is a Rule with the alerts that match its source side.
type rule struct {
	Rule
	slots map[string]*slot
}

// slot holds the sources that have the same values of the rule's equal labels.
// Those that match the target side, too, are apart, because a target that also
// matches the source side is exempt from them.
type slot struct {
	oneSided, twoSided sources
}

func newRule(r Rule) *rule { return &rule{Rule: r, slots: make(map[string]*slot)} }

// idle reports whether the rule has no source.
func (r *rule) idle() bool { return len(r.slots) == 0 }

// inhibitor returns the source that ends last of those that keep a target with
// these labels quiet, or nil. The labels match the target side.
func (r *rule) inhibitor(target alert.Labels, now time.Time) *alert.Alert {
	var buffer [128]byte
	here := r.slots[string(r.appendKey(buffer[:0], target))]
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
	key := string(r.appendKey(nil, s.alert.Labels))
	here := r.slots[key]
	if here == nil {
		here = &slot{}
		r.slots[key] = here
	}
	side := &here.oneSided
	if r.Target.Match(s.alert.Labels) {
		side = &here.twoSided
	}
	s.enter(side, func() {
		if here.oneSided.Len()+here.twoSided.Len() == 0 {
			delete(r.slots, key)
		}
	})
}

// appendKey writes the values of the equal labels such that different values
// never look the same.
func (r *rule) appendKey(b []byte, l alert.Labels) []byte {
	for _, name := range r.Equal {
		value := l.Get(name)
		b = binary.AppendUvarint(b, uint64(len(value)))
		b = append(b, value...)
	}
	return b
}
