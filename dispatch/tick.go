package dispatch

import (
	"time"

	"github.com/go-kit/log/level"
)

// begin sets the first tick of a group. One that need not wait ticks without a detour
// over the timer, with all alerts that have come together with its first.
func (d *Dispatcher) begin(g *group, wait time.Duration, now time.Time) {
	if wait <= 0 {
		d.tick(g, now)
		return
	}
	g.next = now.Add(wait)
	d.schedule.set(g)
}

// ticksAtOnce is how many groups tick before the dispatcher is unlocked for others.
const ticksAtOnce = 1000

// wake is called by the timer of the schedule.
func (d *Dispatcher) wake() {
	d.mu.Lock()
	defer d.release()
	if d.stopped {
		return
	}
	now := time.Now()
	for range ticksAtOnce {
		g := d.schedule.due(now)
		if g == nil {
			break
		}
		d.tick(g, now)
	}
	d.schedule.fired()
}

// tick lets the workers have a group when the dispatcher is unlocked. The next tick is
// set before this one is worked on, so that the rhythm does not depend on how long that
// takes.
func (d *Dispatcher) tick(g *group, now time.Time) {
	g.next = now.Add(g.route.GroupInterval)
	d.schedule.set(g)
	if g.queued {
		g.missed = true
		return
	}
	g.queued, g.due = true, now
	d.ready = append(d.ready, g)
}

// release unlocks the dispatcher and gives the groups that have ticked to the workers,
// who would but wait for the lock.
func (d *Dispatcher) release() {
	ready := d.ready
	d.ready = nil
	if d.stopped {
		ready = nil
	}
	d.mu.Unlock()
	for _, g := range ready {
		d.due.Add(g)
	}
}

// flush lets a group speak. It runs on a worker.
func (d *Dispatcher) flush(g *group) {
	// Without the lock, or a reload would have to wait until it has settled.
	if err := d.present().Settle(d.ctx); err != nil {
		return // the dispatcher has been stopped
	}
	d.ingest() // what the others knew
	d.swapping.RLock()
	d.mu.Lock()
	notifier, due := d.notifier, g.due
	g.ticks++
	d.mu.Unlock()
	d.metrics.lag.Observe(time.Since(due).Seconds())
	ctx, span := d.traceTick(g)
	// As things are now, and not when it was due: a silence that was made since then
	// holds for the alerts that have come after it.
	f, err := notifier.Notify(ctx, g, time.Now())
	endTick(span, f, err)
	d.swapping.RUnlock()
	if err != nil && d.ctx.Err() == nil {
		_ = level.Error(d.logger).Log("msg", "Group could not be told", "group", f.Group.Key, "err", err)
	}
	d.mu.Lock()
	g.queued = false
	if err == nil {
		g.remember(f)
	}
	if g.missed && !g.dead && !d.stopped {
		g.missed, g.queued, g.due = false, true, time.Now()
		d.due.Add(g)
	}
	d.mu.Unlock()
	if err == nil {
		g.Settled(f)
	}
}
