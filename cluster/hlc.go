package cluster

import (
	"sync/atomic"
	"time"
)

// Timestamp is an instant of a hybrid logical clock: microseconds since 1970,
// shifted left by 12 bits that order what happens within one. Timestamps are
// ordered as numbers. 0 means none.
type Timestamp uint64

const logicalBits = 12

// TimestampOf is the first timestamp of the microsecond of t.
func TimestampOf(t time.Time) Timestamp {
	return Timestamp(max(t.UnixMicro(), 0)) << logicalBits
}

// Time is the wall time of the timestamp, to the microsecond.
func (t Timestamp) Time() time.Time { return time.UnixMicro(int64(t >> logicalBits)) }

// Clock is a hybrid logical clock: as near to the wall clock as it can be while
// each timestamp is later than every one that it has given or observed. So what
// answers a message is never older than the message, though the wall clocks of
// two replicas differ. It may be used from many goroutines.
type Clock struct {
	maxAhead time.Duration
	last     atomic.Uint64
}

// NewClock returns a clock that lets others pull it ahead of its own wall clock
// by no more than maxAhead.
func NewClock(maxAhead time.Duration) *Clock { return &Clock{maxAhead: maxAhead} }

// Now returns a timestamp later than all before it.
func (c *Clock) Now() Timestamp {
	for {
		last := c.last.Load()
		next := max(uint64(TimestampOf(time.Now())), last+1)
		if c.last.CompareAndSwap(last, next) {
			return Timestamp(next)
		}
	}
}

// Observe makes the timestamps that follow later than t. It reports false and
// stays as it is when t is too far in the future to be believed: one replica
// with a broken clock must not drag the others along.
func (c *Clock) Observe(t Timestamp) bool {
	if t > TimestampOf(time.Now().Add(c.maxAhead)) {
		return false
	}
	for {
		last := c.last.Load()
		if uint64(t) <= last || c.last.CompareAndSwap(last, uint64(t)) {
			return true
		}
	}
}
