// Package walltest makes readings of a clock that was set, for tests of what must
// not depend on the clock on the wall. Nothing but a real change of the system's
// clock gives such a reading otherwise.
package walltest

import (
	"time"
	"unsafe"
)

// reading is the layout of a time.Time.
type reading struct {
	wall uint64
	ext  int64
	loc  *time.Location
}

const (
	hasMonotonic = 1 << 63
	nsecBits     = 30
)

// Set returns what time.Now would have returned instead of t had the clock been set
// forward by d, in whole seconds, or back if d is less than 0: no time has passed.
// t has to come from time.Now outside of a bubble. Set panics if it does not do
// what it says, which a change of the time package could bring about.
func Set(t time.Time, d time.Duration) time.Time {
	moved := t
	r := (*reading)(unsafe.Pointer(&moved))
	if r.wall&hasMonotonic == 0 {
		panic("walltest: a time without a monotonic reading")
	}
	seconds := int64(d / time.Second)
	r.wall = uint64(int64(r.wall) + seconds<<nsecBits)
	if moved.Sub(t) != 0 || moved.Round(0).Sub(t.Round(0)) != time.Duration(seconds)*time.Second {
		panic("walltest: the layout of time.Time has changed")
	}
	return moved
}
