package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-kit/log/level"
)

// absentGrace is how long a configured peer that cannot be reached holds up
// settling. One that can holds it up until it has told what it knows.
const absentGrace = 10 * time.Second

// settling is whether this replica knows by now what its peers know.
type settling struct {
	once sync.Once
	done chan struct{}

	mu    sync.Mutex
	grace bool // over
}

// Settle blocks until this replica has compared its states with those of every
// configured peer that is there and fetched what it lacked, or has waited for
// long enough, or ctx is done.
func (p *Peer) Settle(ctx context.Context) error {
	select {
	case <-p.settling.done:
		return nil
	default:
	}
	select {
	case <-p.settling.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the cluster to settle: %w", ctx.Err())
	}
}

// Ready reports whether Settle would return at once.
func (p *Peer) Ready() bool {
	select {
	case <-p.settling.done:
		return true
	default:
		return false
	}
}

// Status is "settling" or "ready".
func (p *Peer) Status() string {
	if p.Ready() {
		return "ready"
	}
	return "settling"
}

func (p *Peer) settle(why string) {
	p.settling.once.Do(func() {
		close(p.settling.done)
		_ = level.Info(p.logger).Log("msg", "cluster has settled", "reason", why, "members", p.roster.count(), "missing", p.roster.absentees())
	})
}

// waitSettled brings the waiting to its end.
func (p *Peer) waitSettled(ctx context.Context) {
	if p.Ready() {
		return
	}
	limit := time.NewTimer(p.o.SettleTimeout)
	defer limit.Stop()
	grace := time.NewTimer(absentGrace)
	defer grace.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.settling.done:
			return
		case <-limit.C:
			p.settle("waited long enough")
			return
		case <-grace.C:
			p.settling.mu.Lock()
			p.settling.grace = true
			p.settling.mu.Unlock()
			p.checkSettled()
		}
	}
}

// checkSettled settles if nobody has to be waited for any more. It does not block.
func (p *Peer) checkSettled() {
	if p.Ready() {
		return
	}
	addresses, resolved := p.seeds.snapshot()
	if !resolved {
		return
	}
	p.settling.mu.Lock()
	grace := p.settling.grace
	p.settling.mu.Unlock()
	for _, a := range addresses {
		there := p.roster.at(a)
		if !there && !grace || there && p.unmet(a) {
			return
		}
	}
	if p.roster.untold() > 0 {
		return
	}
	p.settle("all peers that can be reached have told what they know")
}
