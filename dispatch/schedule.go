package dispatch

import (
	"container/heap"
	"slices"
	"time"
)

// schedule is when groups tick next. All of them have one timer between them, since
// one for each would take as much memory as all else that a waiting group has. The
// zero value, with wake, is ready; the dispatcher guards it.
type schedule struct {
	heap  agenda
	timer *time.Timer
	armed time.Time // when the timer fires; zero: it does not
	wake  func()    // is called, on a goroutine of its own, when a group is due
}

// set makes a group tick at its next, whether it was on the schedule or not.
func (s *schedule) set(g *group) {
	if g.slot == unscheduled {
		heap.Push(&s.heap, g)
	} else {
		heap.Fix(&s.heap, int(g.slot)-1)
	}
	s.arm()
}

// drop lets a group tick no more. It need not be on the schedule.
func (s *schedule) drop(g *group) {
	if g.slot == unscheduled {
		return
	}
	heap.Remove(&s.heap, int(g.slot)-1)
}

// due returns a group that should have ticked by now; nil if there is none. It stays
// where it is until it is set or dropped.
func (s *schedule) due(now time.Time) *group {
	if len(s.heap) == 0 || s.heap[0].next.After(now) {
		return nil
	}
	return s.heap[0]
}

// fired says that the timer has.
func (s *schedule) fired() {
	s.armed = time.Time{}
	s.arm()
}

// arm sets the timer if it would come too late. One that comes too early finds
// nothing due and is armed again, which is cheaper than to move it with every change.
func (s *schedule) arm() {
	if len(s.heap) == 0 || !s.armed.IsZero() && !s.heap[0].next.Before(s.armed) {
		return
	}
	s.armed = s.heap[0].next
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(s.armed), s.wake)
		return
	}
	s.timer.Reset(time.Until(s.armed))
}

// stop lets no group tick any more.
func (s *schedule) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// unscheduled is the slot of a group that is in no agenda.
const unscheduled = 0

// agenda is a heap of groups by when they tick next. The slot of a group is one more
// than its index.
type agenda []*group

// Len implements heap.Interface.
func (a agenda) Len() int { return len(a) }

// Less implements heap.Interface.
func (a agenda) Less(i, j int) bool { return a[i].next.Before(a[j].next) }

// Swap implements heap.Interface.
func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].slot, a[j].slot = uint32(i+1), uint32(j+1)
}

// Push implements heap.Interface.
func (a *agenda) Push(x any) {
	g := x.(*group)
	*a = append(*a, g)
	g.slot = uint32(len(*a))
}

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	g := (*a)[last]
	g.slot = unscheduled
	(*a)[last] = nil
	*a = (*a)[:last]
	if cap(*a) > 1024 && last < cap(*a)/4 {
		*a = slices.Clone(*a)
	}
	return g
}
