package cluster

import (
	"context"
	"maps"
	"math/rand/v2"
	"net"
	"time"

	"github.com/hashicorp/memberlist"
)

// upkeep looks after every peer once per probe interval: asks for a sign of life
// where there was none, notices when none comes, tries again what failed.
func (p *Peer) upkeep(ctx context.Context) {
	for pause(ctx, p.o.ProbeInterval) {
		for _, c := range p.roster.round(time.Now(), p.o.ProbeInterval, p.o.ProbeTimeout) {
			c.out.resume()
			if c.ask {
				p.tell(c.node.Name, kindAsk)
			}
			if c.probe {
				p.senders.Go(func() { p.probe(c) })
			}
		}
		p.checkSettled() // who is suspect is not waited for
	}
}

// care is what has to be done for one peer.
type care struct {
	node       memberlist.Node
	out        *outbox
	ask, probe bool
}

// round decides what has to be done for each peer. A peer is suspect when it has
// been asked twice and nothing was heard. memberlist takes longer, since it then
// declares it dead; being suspect only means that others go first.
func (r *roster) round(now time.Time, interval, timeout time.Duration) []care {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []care
	changed := r.believe(now)
	for _, m := range r.members {
		if m.out == nil {
			continue
		}
		silent := now.Sub(m.heard)
		if !m.suspect && silent > silence(interval, timeout) {
			m.suspect, changed = true, true
		}
		c := care{node: m.node, out: m.out, ask: m.ask || m.awaiting == nil, probe: silent >= interval/2 && !m.probing}
		m.ask = false
		m.probing = m.probing || c.probe
		list = append(list, c)
	}
	if changed {
		r.notify()
	}
	return list
}

// silence is for how long nothing may be heard of a peer until it is suspect: it has
// been asked twice by then.
func silence(interval, timeout time.Duration) time.Duration { return 2*interval + timeout }

// believe takes those for dead of whom nothing was heard since they were declared so,
// and reports whether there are any; the roster is locked.
func (r *roster) believe(now time.Time) bool {
	before := len(r.doubted)
	maps.DeleteFunc(r.doubted, func(_ string, d doubted) bool { return !now.Before(d.until) })
	return len(r.doubted) < before
}

// probe asks a peer for a sign of life: by packet, and if that gets no answer, by
// stream, since there are networks that let only these through.
func (p *Peer) probe(c care) {
	defer p.roster.update(c.node.Name, func(m *member) { m.probing = false })
	list := p.list.Load()
	if list == nil {
		return
	}
	address := &net.UDPAddr{IP: c.node.Addr, Port: int(c.node.Port)}
	if _, err := list.Ping(c.node.Name, address); err != nil {
		p.tell(c.node.Name, kindPing)
		return
	}
	p.roster.hear(c.node.Name)
}

// exchange compares with a peer at random from time to time.
func (p *Peer) exchange(ctx context.Context) {
	for wait := rand.N(p.o.PushPullInterval); pause(ctx, wait); wait = p.o.PushPullInterval {
		outs := p.roster.outs()
		if len(outs) == 0 {
			continue
		}
		out := outs[rand.IntN(len(outs))]
		p.tell(out.to, kindDigest)
		p.tell(out.to, kindAsk)
	}
}
