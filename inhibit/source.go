package inhibit

import (
	"container/heap"

	"github.com/tocsin-alerting/tocsin/alert"
)

// source is an alert that matches the source side of some rules.
type source struct {
	alert  *alert.Alert // as it is now
	places []*place     // one for each of the rules
}

// place is where a source stands among the sources of one rule.
type place struct {
	source   *source
	among    *sources
	position int
	left     func() // called when the source has left
}

// sources is a heap with the source that ends last on top.
type sources []*place

// last returns the alert that ends last, or nil.
func (s sources) last() *alert.Alert {
	if len(s) == 0 {
		return nil
	}
	return s[0].source.alert
}

func (s *source) enter(among *sources, left func()) {
	p := &place{source: s, among: among, left: left}
	s.places = append(s.places, p)
	heap.Push(among, p)
}

func (s *source) update(a *alert.Alert) {
	s.alert = a
	for _, p := range s.places {
		heap.Fix(p.among, p.position)
	}
}

func (s *source) leave() {
	for _, p := range s.places {
		heap.Remove(p.among, p.position)
		p.left()
	}
}

// endsLater orders the sources: an alert without an end ends last; of those
// that end together the newest report comes first, and the fingerprint makes
// the order the same every time.
func endsLater(a, b *alert.Alert) bool {
	switch {
	case !a.EndsAt.Equal(b.EndsAt):
		return a.EndsAt.IsZero() || !b.EndsAt.IsZero() && a.EndsAt.After(b.EndsAt)
	case !a.UpdatedAt.Equal(b.UpdatedAt):
		return a.UpdatedAt.After(b.UpdatedAt)
	default:
		return a.Fingerprint() < b.Fingerprint()
	}
}

// Len, Less, Swap, Push and Pop are for package heap.

func (s sources) Len() int { return len(s) }

func (s sources) Less(i, j int) bool { return endsLater(s[i].source.alert, s[j].source.alert) }

func (s sources) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].position, s[j].position = i, j
}

func (s *sources) Push(x any) {
	p := x.(*place)
	p.position = len(*s)
	*s = append(*s, p)
}

func (s *sources) Pop() any {
	last := len(*s) - 1
	p := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	return p
}
