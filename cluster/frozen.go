package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/go-kit/log/level"
)

const (
	// pulseInterval is how often this replica notes that it runs.
	pulseInterval = 500 * time.Millisecond
	// frozenAfter is for how long it has not run when it must have been stopped: a
	// machine that is only busy lets it run more often.
	frozenAfter = 2 * time.Second
	// catchUpLimit is how long the peers have to say what they know. Who does not is
	// not waited for.
	catchUpLimit = 5 * time.Second
)

// pulse notices that this replica has not run for a while: it was stopped, or
// frozen with its machine. The first thing it would do after that is what it was
// about to do before, which others have done by now.
type pulse struct {
	mu    sync.Mutex
	last  time.Time // zero: not running
	until time.Time // catching up ends then at the latest
}

// CatchingUp reports whether this replica has been frozen and does not know yet
// what its peers have done meanwhile. It does not block.
func (p *Peer) CatchingUp() bool {
	now := time.Now()
	p.pulse.mu.Lock()
	gap := now.Sub(p.pulse.last)
	frozen := !p.pulse.last.IsZero() && gap > frozenAfter
	if frozen {
		p.pulse.until = now.Add(catchUpLimit)
		p.roster.forget()
	}
	if !p.pulse.last.IsZero() {
		p.pulse.last = now
	}
	until := p.pulse.until
	p.pulse.mu.Unlock()
	if frozen {
		_ = level.Warn(p.logger).Log("msg", "did not run for a while, asking the peers what has happened", "took", gap)
		for _, out := range p.roster.outs() {
			out.resume()
			p.tell(out.to, kindAsk)
		}
	}
	return now.Before(until) && p.roster.uncompared()
}

// beat notes that this replica runs, until ctx is done.
func (p *Peer) beat(ctx context.Context) {
	p.pulse.mu.Lock()
	p.pulse.last = time.Now()
	p.pulse.mu.Unlock()
	for pause(ctx, pulseInterval) {
		p.CatchingUp()
	}
}

// forget has every peer compared with again.
func (r *roster) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.out != nil {
			m.synced, m.awaiting = false, nil
		}
	}
}

// uncompared reports whether a peer has not been compared with since it was
// forgotten.
func (r *roster) uncompared() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.out != nil && !m.synced {
			return true
		}
	}
	return false
}
