package cluster

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTimestamp(t *testing.T) {
	at := time.Date(2026, 11, 3, 4, 5, 6, 789_123_999, time.UTC)
	if got, want := TimestampOf(at).Time(), at.Truncate(time.Microsecond); !got.Equal(want) {
		t.Errorf("%s became %s", at, got)
	}
	if TimestampOf(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)) != 0 || TimestampOf(time.Time{}) != 0 {
		t.Error("times before 1970 are not 0")
	}
	if a, b := TimestampOf(at), TimestampOf(at.Add(time.Microsecond)); a >= b {
		t.Errorf("%d is not before %d", a, b)
	}
}

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(time.Minute)
		wall := TimestampOf(time.Now())
		first, second := c.Now(), c.Now()
		if first != wall || second != wall+1 {
			t.Errorf("%d and %d at %d", first, second, wall)
		}

		ahead := TimestampOf(time.Now().Add(30 * time.Second))
		if !c.Observe(ahead) || c.Now() != ahead+1 {
			t.Error("a clock that is half a minute ahead was not followed")
		}
		if c.Observe(TimestampOf(time.Now().Add(time.Minute))+1) || c.Now() != ahead+2 {
			t.Error("a clock that is more than a minute ahead was followed")
		}
		if !c.Observe(wall) || c.Now() != ahead+3 {
			t.Error("an old timestamp has changed something")
		}
		time.Sleep(31 * time.Second)
		if got := c.Now(); got != TimestampOf(time.Now()) {
			t.Errorf("%d, though the wall clock has caught up at %d", got, TimestampOf(time.Now()))
		}
	})
}

func TestClockOfManyGoroutines(t *testing.T) {
	c := NewClock(time.Minute)
	var all sync.Map
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			last := Timestamp(0)
			for range 2000 {
				now := c.Now()
				if now <= last {
					t.Errorf("%d after %d", now, last)
				}
				if _, twice := all.LoadOrStore(now, true); twice {
					t.Errorf("%d was given twice", now)
				}
				last = now
				c.Observe(now + 3)
			}
		})
	}
	running.Wait()
}
