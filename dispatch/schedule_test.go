package dispatch

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// calendar is a schedule and when its groups were due.
type calendar struct {
	mu sync.Mutex // stands for the dispatcher's
	schedule
	start time.Time
	woken int
	due   map[*group][]time.Duration
	every time.Duration // after which a group is due again; 0: never
}

func newCalendar() *calendar {
	c := &calendar{start: time.Now(), due: make(map[*group][]time.Duration)}
	c.wake = func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.woken++
		now := time.Now()
		for g := c.schedule.due(now); g != nil; g = c.schedule.due(now) {
			c.due[g] = append(c.due[g], now.Sub(c.start))
			if c.every == 0 {
				c.drop(g)
				continue
			}
			g.next = now.Add(c.every)
			c.set(g)
		}
		c.fired()
	}
	return c
}

func (c *calendar) put(g *group, in time.Duration) *group {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.next = time.Now().Add(in)
	c.set(g)
	return g
}

func (c *calendar) remove(g *group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(g)
}

func (c *calendar) want(t *testing.T, g *group, due ...time.Duration) {
	t.Helper()
	if got := c.due[g]; !slices.Equal(got, due) {
		t.Errorf("it was due after %v, want %v", got, due)
	}
}

func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalendar()
		late := c.put(new(group), time.Hour)
		early := c.put(new(group), time.Minute)
		same := c.put(new(group), time.Minute)
		never := c.put(new(group), 2*time.Minute)
		moved := c.put(new(group), time.Second)
		c.put(moved, 3*time.Minute)
		at := c.put(new(group), 0)
		c.remove(never)
		c.remove(never)
		c.remove(new(group))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		c.want(t, at, 0)
		c.want(t, early, time.Minute)
		c.want(t, same, time.Minute)
		c.want(t, moved, 3*time.Minute)
		c.want(t, late, time.Hour)
		c.want(t, never)
		if len(c.heap) > 0 {
			t.Errorf("%d groups are left", len(c.heap))
		}
		again := c.put(late, time.Second)
		time.Sleep(time.Second)
		synctest.Wait()
		c.want(t, again, time.Hour, 24*time.Hour+time.Second)
	})
}

func TestScheduleRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCalendar()
		c.every = time.Minute
		g := c.put(new(group), 30*time.Second)
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		c.stop()
		time.Sleep(3 * time.Minute)
		c.want(t, g, 30*time.Second, 90*time.Second, 150*time.Second)
	})
}

// TestScheduleIsExact sets and drops at random, and wants every group to be due at
// its very instant.
func TestScheduleIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random, c := rand.New(rand.NewPCG(3, 4)), newCalendar()
		groups, want := make([]*group, 3000), make(map[*group]time.Duration)
		for i := range groups {
			groups[i] = new(group)
		}
		for range 20_000 {
			g := groups[random.IntN(len(groups))]
			if random.IntN(3) == 0 {
				c.remove(g)
				delete(want, g)
				continue
			}
			in := time.Duration(1 + random.IntN(int(time.Hour)))
			c.put(g, in)
			want[g] = in
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, g := range groups {
			if in, due := want[g]; due {
				c.want(t, g, in)
			} else {
				c.want(t, g)
			}
		}
		if c.woken > len(want)+1 {
			t.Errorf("woken %d times for %d groups", c.woken, len(want))
		}
		if cap(c.heap) > 1024 {
			t.Errorf("an empty schedule has room for %d groups", cap(c.heap))
		}
	})
}
