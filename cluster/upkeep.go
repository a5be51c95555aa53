package cluster

import (
	"context"
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
			if c.out != nil {
				c.out.resume()
			}
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
	out        *outbox // nil: it is doubted
	ask, probe bool
}

// round decides what has to be done for each peer. A peer is suspect when it has
// been asked twice and nothing was heard. memberlist takes longer, since it then
// declares it dead; being suspect only means that others go first. Who is doubted is
// out of the question then.
func (r *roster) round(now time.Time, interval, timeout time.Duration) []care {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []care
	changed := false
	for _, m := range r.members {
		if m.out == nil {
			continue
		}
		silent := now.Sub(m.heard)
		if !m.suspect && silent > silence(interval, timeout) {
			m.suspect, changed = true, true
		}
		c := m.care(silent >= interval/2)
		c.out, c.ask = m.out, m.ask || m.awaiting == nil
		m.ask = false
		list = append(list, c)
	}
	for name, m := range r.doubted {
		silent := now.Sub(m.heard)
		if silent > silence(interval, timeout) {
			delete(r.doubted, name)
			changed = true
			continue
		}
		list = append(list, m.care(silent >= interval/2))
	}
	if changed {
		r.notify()
	}
	return list
}

// care lets the member be asked for a sign of life if that is wanted, and it was not
// asked before.
func (m *member) care(wanted bool) care {
	c := care{node: m.node, probe: wanted && !m.probing}
	m.probing = m.probing || c.probe
	return c
}

// silence is for how long nothing may be heard of a peer until it is suspect: it has
// been asked twice by then.
func silence(interval, timeout time.Duration) time.Duration { return 2*interval + timeout }

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
