package notify

import (
	"sync"
	"time"
)

const (
	// longestClaim bounds how long a replica that is alive, and hangs, keeps the
	// others from telling something.
	longestClaim = time.Minute
	// claimCheck is how often it is looked whether a claim has ended: the end of
	// one is gossip and may be lost.
	claimCheck = time.Second
)

// turn is how long to let other replicas go first: those whose turn is before, and
// one that is telling it at the moment.
func (d *delivery) turn(t target, key LogKey) time.Duration {
	if wait := t.p.cluster.Wait(key.Group) - time.Since(d.began); wait > 0 {
		return wait
	}
	return min(t.p.cluster.Claimed(key), claimCheck)
}

// waits lets others go first, until it is time or the members have changed.
func (d *delivery) waits(t target, pause time.Duration) {
	t.p.turns.join(d)
	d.rests(pause)
}

// turns are the deliveries that let other replicas go first.
type turns struct {
	mu      sync.Mutex
	waiting map[*delivery]struct{}
}

func (t *turns) join(d *delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = make(map[*delivery]struct{})
	}
	t.waiting[d] = struct{}{}
}

func (t *turns) leave(d *delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.waiting, d)
}

func (t *turns) take() []*delivery {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting := make([]*delivery, 0, len(t.waiting))
	for d := range t.waiting {
		waiting = append(waiting, d)
	}
	clear(t.waiting)
	return waiting
}

// MembersChanged lets every delivery that waits for its turn look again whose it
// is.
func (p *Pipeline) MembersChanged() {
	for _, d := range p.turns.take() {
		d.wake()
	}
}
