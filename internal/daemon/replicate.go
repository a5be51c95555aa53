package daemon

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/cluster"
	"github.com/tocsin-alerting/tocsin/store"
)

const (
	// firstDelay is how long the first replica waits before it passes on what was
	// reported to it, and rankDelay how much longer each one after it. Whoever
	// posts usually does so to all of them: then one passes it on, and the others
	// see that there is nothing left to say.
	firstDelay = 50 * time.Millisecond
	rankDelay  = 150 * time.Millisecond
	// atOnce is how many records are encoded before they are handed on.
	atOnce = 1000
)

// replicator passes on the alerts that were reported to this replica.
type replicator struct {
	alerts *store.Alerts
	rank   func() int // of this replica; less than 0: there is nobody else
	stream func(records ...[]byte)
	wake   chan struct{}

	mu      sync.Mutex
	waiting map[alert.Fingerprint]struct{}
	queue   []reported
}

// reported is what was reported at about the same time.
type reported struct {
	due time.Time
	ids []alert.Fingerprint
}

func newReplicator(a *store.Alerts, rank func() int, c *cluster.Channel) *replicator {
	return &replicator{
		alerts:  a,
		rank:    rank,
		stream:  c.Stream,
		wake:    make(chan struct{}, 1),
		waiting: make(map[alert.Fingerprint]struct{}),
	}
}

// news takes alerts that were reported. It does not block.
func (r *replicator) news(ids []alert.Fingerprint) {
	rank := r.rank()
	if rank < 0 {
		return // who joins later compares
	}
	due := time.Now().Add(firstDelay + time.Duration(rank)*rankDelay)
	r.mu.Lock()
	defer r.mu.Unlock()
	b := reported{due: due}
	for _, id := range ids {
		if _, waits := r.waiting[id]; !waits {
			r.waiting[id] = struct{}{}
			b.ids = append(b.ids, id)
		}
	}
	if len(b.ids) == 0 {
		return
	}
	r.queue = append(r.queue, b)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// equal takes alerts that a peer is known to have as they are here.
func (r *replicator) equal(ids []alert.Fingerprint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.waiting, id)
	}
}

// run passes alerts on until ctx is done, and then at once what still waits.
func (r *replicator) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			r.pass(time.Time{})
			return
		case <-r.wake:
		case <-timer.C:
		}
		if next, waits := r.pass(time.Now()); waits {
			timer.Reset(time.Until(next))
		}
	}
}

// pass hands on what is due at now, or everything if now is zero. It returns when
// more is due.
func (r *replicator) pass(now time.Time) (next time.Time, waits bool) {
	ids, next, waits := r.take(now)
	for some := range slices.Chunk(ids, atOnce) {
		records := make([][]byte, 0, len(some))
		for _, id := range some {
			if record, known := r.alerts.Record(id); known {
				records = append(records, record)
			}
		}
		r.stream(records...)
	}
	return next, waits
}

func (r *replicator) take(now time.Time) (ids []alert.Fingerprint, next time.Time, waits bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.queue) > 0 && (now.IsZero() || !r.queue[0].due.After(now)) {
		for _, id := range r.queue[0].ids {
			if _, still := r.waiting[id]; still {
				delete(r.waiting, id)
				ids = append(ids, id)
			}
		}
		r.queue = r.queue[1:]
	}
	if len(r.queue) == 0 {
		r.queue = nil
		return ids, time.Time{}, false
	}
	return ids, r.queue[0].due, true
}

// sharedAlerts is the state of the alerts as the cluster wants it.
type sharedAlerts struct {
	*store.Alerts
	equal func([]alert.Fingerprint)
}

// Merge takes in alerts of a peer.
func (s sharedAlerts) Merge(records [][]byte) error {
	same, err := s.Alerts.Merge(records)
	s.equal(same)
	return err
}
