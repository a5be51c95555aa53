package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// With Options.Alertmanager a replica is a member of a cluster of Alertmanager and
// speaks as its members do:
//
//	update      one Part, by gossip if it is small, else over a stream
//	full state  {1: Part, 1: Part, …}, both ways when two members meet, and from
//	            time to time
//	Part        {1: key, 2: records, each with its length before it}
//
// Whoever hears an update that is news passes it on. Nothing of what replicas of
// tocsin say to each other is said: no digests, no questions, no goodbyes.

// Foreign is a state that members of a cluster of Alertmanager share. Its methods
// are called from several goroutines at once. They may wait for a lock or a disk,
// but not for a peer.
type Foreign interface {
	// Records yields all records that have not expired, in the form of
	// Alertmanager. A record is good until the next one.
	Records() iter.Seq[[]byte]
	// Take takes in a record of a member and copies what it keeps; it must not
	// panic. It returns a key of the record if it was news, else an empty one.
	Take(record []byte) (key string, err error)
}

var (
	errForeign    = errors.New("members of a cluster of Alertmanager cannot share it")
	errNotForeign = errors.New("only members of a cluster of Alertmanager can share it")
)

// ShareForeign is Share for a member of a cluster of Alertmanager.
func (p *Peer) ShareForeign(name string, f Foreign) *Channel {
	c := &Channel{name: name, foreign: f, peer: p, inbox: inbox{wake: make(chan struct{}, 1)}}
	if !p.o.Alertmanager {
		p.problems = append(p.problems, fmt.Errorf("share state %q: %w", name, errNotForeign))
	}
	p.channels[name] = c
	p.metrics.share(name)
	return c
}

// appendPart appends a Part with one record or with many.
func appendPart(b []byte, key string, records iter.Seq[[]byte]) []byte {
	var data []byte
	for r := range records {
		data = appendBytes(data, r)
	}
	b = wire.AppendText(b, 1, key)
	if len(data) == 0 {
		return b
	}
	return wire.AppendMessage(b, 2, func([]byte) []byte { return data })
}

// update is the Part that tells of one record.
func update(key string, record []byte) []byte {
	return appendPart(nil, key, slices.Values([][]byte{record}))
}

// parsePart reads a Part. The data are a part of b.
func parsePart(b []byte) (key string, data []byte, err error) {
	for f, err := range wire.Fields(b) {
		switch {
		case err != nil:
			return "", nil, err
		case f.Number == 1 && len(f.Bytes) > maxState:
			return "", nil, errMalformed
		case f.Number == 1:
			key = string(f.Bytes)
		case f.Number == 2:
			data = f.Bytes
		}
	}
	return key, data, nil
}

// foreignDelegate is what memberlist calls in a cluster of Alertmanager.
type foreignDelegate struct{ delegate }

// NotifyMsg takes an update, which is memberlist's again afterwards.
func (d foreignDelegate) NotifyMsg(b []byte) {
	d.p.metrics.in(kindGossip, len(b))
	key, data, err := parsePart(b)
	if err != nil || len(b) > maxMessage {
		d.p.ignore(errMalformed)
		return
	}
	d.p.hand(key, item{kind: kindGossip, body: bytes.Clone(data)})
}

// LocalState is everything that this replica knows.
func (d foreignDelegate) LocalState(bool) []byte {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(d.p.channels)) {
		b = wire.AppendMessage(b, 1, func(b []byte) []byte {
			return appendPart(b, name, d.p.channels[name].foreign.Records())
		})
	}
	d.p.metrics.out(kindDigest, len(b))
	return b
}

// MergeRemoteState takes in everything that a member knows. memberlist calls it
// where it may take its time, and those who have just joined rely on it: what the
// member knows is known here when joining is over.
func (d foreignDelegate) MergeRemoteState(b []byte, _ bool) {
	d.p.metrics.in(kindDigest, len(b))
	for f, err := range wire.Fields(b) {
		if err == nil && f.Number == 1 {
			err = d.mergePart(f.Bytes)
		}
		if err != nil {
			d.p.ignore(errMalformed)
			return
		}
	}
}

func (d foreignDelegate) mergePart(b []byte) error {
	key, data, err := parsePart(b)
	if err != nil {
		return err
	}
	c := d.p.channels[key]
	if c == nil {
		d.p.metrics.ignored.WithLabelValues(ignoredState).Inc()
		return nil
	}
	news := 0
	c.take(data, func(string, []byte) { news++ })
	d.p.metrics.pulled.WithLabelValues(key).Add(float64(news))
	return nil
}

// runForeign takes in updates of a state until ctx is done.
func (c *Channel) runForeign(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.inbox.wake:
		}
		for _, i := range c.inbox.take() {
			if i.kind == kindGossip {
				c.take(i.body, c.passOn)
			}
		}
	}
}

// take takes in records, and goes on after one that is refused.
func (c *Channel) take(data []byte, news func(key string, record []byte)) {
	rest := cursor{rest: data}
	var first error
	for len(rest.rest) > 0 {
		record := rest.bytes(maxRecord)
		if len(record) == 0 {
			c.peer.ignore(errMalformed)
			break
		}
		key, err := c.foreign.Take(record)
		if key != "" {
			news(key, record)
		}
		if first == nil {
			first = err
		}
	}
	if first != nil {
		c.peer.metrics.rejected.WithLabelValues(c.name).Inc()
		_ = level.Debug(c.peer.logger).Log("msg", "not all records of a member could be taken in", "state", c.name, "err", first)
	}
}

// passOn gossips what was news here, if it is small.
func (c *Channel) passOn(key string, record []byte) {
	if c.spread(key, record) {
		c.propagated.Add(1)
	}
}

// spread gossips an update and reports whether it is small enough for that.
func (c *Channel) spread(key string, record []byte) bool {
	message := update(c.name, record)
	if len(message) > maxGossip {
		return false
	}
	c.peer.gossip.pass(c.name+"\x00"+key, message)
	return true
}

// pass gossips a message that takes the place of an older one of that name.
func (g *gossip) pass(name string, message []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.enqueue(name, message)
}

// sendUpdates streams records one by one, as members of a cluster of Alertmanager
// expect them.
func (o *outbox) sendUpdates(state string, batch [][]byte) error {
	for _, r := range batch {
		message := update(state, r)
		if err := o.send(message); err != nil {
			return err
		}
		o.p.metrics.out(kindRecords, len(message))
	}
	return nil
}

// meet exchanges everything with a member.
func (p *Peer) meet(name string) error {
	list := p.list.Load()
	if list == nil {
		return errNotRunning
	}
	for _, m := range p.Members() {
		if m.Name != name {
			continue
		}
		if _, err := list.Join([]string{m.Address}); err != nil {
			return fmt.Errorf("exchange everything with %s: %w", name, err)
		}
	}
	return nil
}

// unmet reports whether a member of a cluster of Alertmanager, configured as a
// peer, has yet to be asked what it knows before this replica has settled.
func (p *Peer) unmet(address string) bool {
	return p.o.Alertmanager && !p.Ready() && !p.seeds.met(address)
}

func (s *seeds) meet(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = make(map[string]struct{})
	}
	s.asked[address] = struct{}{}
}

func (s *seeds) met(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, met := s.asked[address]
	return met
}
