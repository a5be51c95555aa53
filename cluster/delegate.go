package cluster

import (
	"bytes"
	"errors"
	"time"

	"github.com/go-kit/log/level"
	"github.com/hashicorp/memberlist"
)

// delegate is what memberlist calls. Some of it is called while memberlist holds
// its locks or delivers packets: nothing here blocks or calls memberlist.
type delegate struct{ p *Peer }

// NodeMeta is what every other node is told of this one.
func (d delegate) NodeMeta(limit int) []byte { return encodeMeta(d.p.o.Version, limit) }

// NotifyMsg takes a message, which is memberlist's again afterwards.
func (d delegate) NotifyMsg(b []byte) {
	if len(b) > maxMessage {
		d.p.ignore(errMalformed)
		return
	}
	d.p.receive(bytes.Clone(b))
}

// GetBroadcasts returns what is gossiped next.
func (d delegate) GetBroadcasts(overhead, limit int) [][]byte {
	list := d.p.gossip.queue.GetBroadcasts(overhead, limit)
	for _, message := range list {
		d.p.metrics.out(kindGossip, len(message))
	}
	return list
}

// LocalState is what is told in a push/pull: digests, never records.
func (d delegate) LocalState(bool) []byte {
	message := d.p.letter(kindDigest, "", d.p.digests()).encode()
	d.p.metrics.out(kindDigest, len(message))
	return message
}

// MergeRemoteState takes what a peer told in a push/pull.
func (d delegate) MergeRemoteState(b []byte, _ bool) { d.p.receivePushed(b) }

// NotifyJoin takes in a member.
func (d delegate) NotifyJoin(n *memberlist.Node) { d.p.join(copyNode(n), n.Meta) }

// NotifyLeave takes a member out.
func (d delegate) NotifyLeave(n *memberlist.Node) { d.p.left(n.Name) }

// NotifyUpdate notes what a member tells of itself.
func (d delegate) NotifyUpdate(n *memberlist.Node) {
	d.p.metrics.updated.Inc()
	_, version := parseMeta(n.Meta)
	d.p.roster.update(n.Name, func(m *member) { m.version = version })
}

// NotifyPingComplete notes a sign of life.
func (d delegate) NotifyPingComplete(n *memberlist.Node, took time.Duration, _ []byte) {
	d.p.metrics.pings.WithLabelValues(n.Name).Observe(took.Seconds())
	d.p.roster.hear(n.Name)
}

// AckPayload is what is told in the answer to a ping.
func (d delegate) AckPayload() []byte { return nil }

// NotifyAlive counts; everybody is welcome.
func (d delegate) NotifyAlive(n *memberlist.Node) error {
	d.p.metrics.alive.WithLabelValues(n.Name).Inc()
	return nil
}

// NotifyConflict notes that two nodes have the same name.
func (d delegate) NotifyConflict(existing, other *memberlist.Node) {
	d.p.metrics.conflicts.Inc()
	if existing.Name == d.p.o.Name {
		d.p.conflicted.Store(true)
	}
	_ = level.Warn(d.p.logger).Log("msg", "two replicas have the same name", "peer", existing.Name,
		"address", existing.Address(), "other", other.Address())
}

// copyNode keeps of a node what is needed to reach it. The node itself is
// memberlist's, and changes.
func copyNode(n *memberlist.Node) memberlist.Node {
	return memberlist.Node{Name: n.Name, Addr: bytes.Clone(n.Addr), Port: n.Port}
}

// letter is a message from this replica.
func (p *Peer) letter(k kind, state string, body []byte) envelope {
	return envelope{kind: k, from: p.o.Name, stamp: p.o.Clock.Now(), state: state, body: body}
}

// digests is the body of kindDigest.
func (p *Peer) digests() []byte {
	var b []byte
	for _, c := range p.channels {
		b = appendDigest(b, digest{c.name, c.state.Digest()})
	}
	return b
}

// receive sorts a message. It does not block.
func (p *Peer) receive(message []byte) {
	e, err := parseEnvelope(message)
	p.metrics.in(e.kind, len(message))
	if err != nil {
		p.ignore(err)
		return
	}
	if e.from == p.o.Name {
		return // gossip that came back
	}
	if !p.o.Clock.Observe(e.stamp) {
		p.metrics.skewed.Inc()
	}
	if e.kind != kindGossip {
		p.roster.hear(e.from)
	}
	switch e.kind {
	case kindPong:
	case kindPing:
		p.tell(e.from, kindPong)
	case kindAsk:
		// Who has said goodbye asks nothing; this is the next life of it.
		p.roster.update(e.from, func(m *member) { m.leaving = false })
		p.tell(e.from, kindDigest)
		if p.roster.unheard(e.from) {
			p.tell(e.from, kindAsk) // it did not know us when we asked
		}
		for state := range p.channels {
			p.hand(state, item{kind: kindAsk, from: e.from})
		}
	case kindBye:
		p.roster.update(e.from, func(m *member) { m.leaving = true })
	case kindGossip:
		p.receiveGossip(e, message)
	case kindDigest, kindWant, kindAnswer:
		p.receiveComparison(e)
	default:
		p.hand(e.state, item{kind: e.kind, from: e.from, stamp: e.stamp, body: e.body})
	}
}

func (p *Peer) ignore(err error) {
	reason := ignoredMalformed
	switch {
	case errors.Is(err, errVersion):
		reason = ignoredVersion
	case errors.Is(err, errKind):
		reason = ignoredKind
	}
	p.metrics.ignored.WithLabelValues(reason).Inc()
}

// tell sends a peer a message without a body of its own.
func (p *Peer) tell(peer string, k kind) {
	out := p.roster.out(peer)
	if out == nil {
		return
	}
	body := func() []byte { return nil }
	if k == kindDigest {
		body = p.digests
	}
	out.tell(control{kind: k, body: body})
}

// hand puts something into the inbox of a state. What does not fit is made up for
// by comparing again.
func (p *Peer) hand(state string, i item) {
	c := p.channels[state]
	switch {
	case c == nil:
		p.metrics.ignored.WithLabelValues(ignoredState).Inc()
	case !c.inbox.put(i):
		p.metrics.ignored.WithLabelValues(ignoredOverflow).Inc()
		p.roster.update(i.from, func(m *member) { m.ask = true })
	}
}

func (p *Peer) receiveGossip(e envelope, message []byte) {
	key, _, err := parseRumor(e.body)
	c := p.channels[e.state]
	switch {
	case err != nil || len(message) > maxGossip:
		p.metrics.ignored.WithLabelValues(ignoredMalformed).Inc()
		return
	case c == nil:
		p.metrics.ignored.WithLabelValues(ignoredState).Inc()
		return
	}
	fresh, passed := p.gossip.hear(e.state+"\x00"+key, e.stamp, message)
	if passed {
		c.propagated.Add(1)
	}
	if fresh {
		p.hand(e.state, item{kind: kindGossip, from: e.from, stamp: e.stamp, body: e.body})
	}
}

// receiveComparison takes a part in a comparison, from members only. Who is not one
// yet will be asked for its digests when it is, and asks again itself.
func (p *Peer) receiveComparison(e envelope) {
	switch {
	case p.roster.out(e.from) == nil:
		p.metrics.ignored.WithLabelValues(ignoredStranger).Inc()
	case e.kind == kindDigest:
		p.receiveDigests(e)
	default:
		p.hand(e.state, item{kind: e.kind, from: e.from, stamp: e.stamp, body: e.body})
	}
}

// receivePushed sorts a message of a push/pull. The first digests of a peer do not
// count as what it has told: it may have made them before it took this replica for a
// member, and what has changed since then went to members only.
func (p *Peer) receivePushed(message []byte) {
	e, err := parseEnvelope(message)
	if err != nil || e.kind != kindDigest || !p.roster.unheard(e.from) {
		p.receive(message)
		return
	}
	p.metrics.in(e.kind, len(message))
	list, err := parseDigests(e.body)
	if err != nil {
		p.ignore(err)
		return
	}
	p.handDigests(e.from, list)
}

// receiveDigests has every state compared of which the peer has told a digest.
func (p *Peer) receiveDigests(e envelope) {
	list, err := parseDigests(e.body)
	if err != nil {
		p.ignore(err)
		return
	}
	var ours []string
	for _, d := range list {
		if p.channels[d.state] != nil {
			ours = append(ours, d.state)
		}
	}
	p.roster.expect(e.from, ours)
	p.handDigests(e.from, list)
	p.checkSettled()
}

func (p *Peer) handDigests(peer string, list []digest) {
	for _, d := range list {
		p.hand(d.state, item{kind: kindDigest, from: peer, shards: d.shards})
	}
}
