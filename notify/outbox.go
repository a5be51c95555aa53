package notify

import (
	"slices"
	"sync"
	"time"
)

// Outbox holds what is on its way from one group: at most one delivery per
// integration. The zero value is empty and ready.
type Outbox struct {
	mu         sync.Mutex
	deliveries []*delivery
	givenUp    map[LogKey]*GivenUp // by integration, since one was told last
}

// Idle reports whether nothing is on its way.
func (o *Outbox) Idle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.deliveries) == 0
}

// Since returns the tick of what has been on its way for longest; the zero time if
// nothing is.
func (o *Outbox) Since() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	var oldest time.Time
	for _, d := range o.deliveries {
		if oldest.IsZero() || d.since.Before(oldest) {
			oldest = d.since
		}
	}
	return oldest
}

// Drop forgets what is on its way. An attempt that runs ends on its own.
func (o *Outbox) Drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range o.deliveries {
		d.place = dropped
	}
	o.deliveries = nil
}

// target is where a delivery goes: an integration, and the pipeline it is of.
type target struct {
	p  *Pipeline
	in *Integration
}

// offer hands a new flush to the delivery for a target. It makes one if there
// is none and something to tell.
func (o *Outbox) offer(t target, src Source, f Flush) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.deliveries, func(d *delivery) bool { return d.in.key("") == t.in.key("") })
	switch {
	case i >= 0:
		o.deliveries[i].next = &f
		o.deliveries[i].retarget(t)
	case !f.Empty():
		d := &delivery{target: t, src: src, next: &f, since: f.Now}
		o.deliveries = append(o.deliveries, d)
		d.queue()
	}
}

// aim changes where deliveries go, or drops those that find no target.
func (o *Outbox) aim(find func(old *Integration) (target, bool)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.givenUp = nil // it was of another configuration
	o.deliveries = slices.DeleteFunc(o.deliveries, func(d *delivery) bool {
		t, found := find(d.in)
		if found {
			d.retarget(t)
		} else {
			d.place = dropped
		}
		return !found
	})
}

// place is where a delivery is between the steps of its life.
type place uint8

const (
	queued  place = iota // in the line of its integration
	running              // an attempt is being made
	resting              // until its timer fires
	dropped              // nobody waits for it any more
)

// The methods below are called with the outbox locked.

// queue puts the delivery into the line of its integration.
func (d *delivery) queue() {
	d.place = queued
	d.in.line.Add(d)
}

// rest makes the next attempt after a pause.
func (d *delivery) rest(pause time.Duration) {
	if d.place == dropped {
		return
	}
	d.place, d.until = resting, time.Now().Add(pause)
	d.timer = time.AfterFunc(pause, d.wake)
}

// retarget sends the delivery elsewhere. An attempt that runs goes on to where
// it was going; the next one goes to the new target.
func (d *delivery) retarget(t target) {
	if d.target == t {
		return
	}
	d.target = t
	if d.place == queued {
		d.queue() // the line it was in is about to be closed
	}
}

// wake is called by the timer, or before it has fired, with the outbox not locked.
func (d *delivery) wake() {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	if d.place == resting {
		d.timer.Stop()
		d.queue()
	}
}
