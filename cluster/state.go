package cluster

import (
	"fmt"
	"iter"
	"sync/atomic"
)

// State is something that every replica holds and that replicas keep equal: a set
// of records, each with a key. Merging is commutative, associative and
// idempotent, so that it does not matter in which order and how often records
// arrive.
//
// The methods are called from several goroutines at once. They may wait for a
// lock or a disk, but not for a peer.
type State interface {
	// Digest returns a hash for each shard, from keys and versions of the records
	// in it: the XOR of a hash of each, so that an empty shard has 0. A record
	// belongs to the same shard in every replica. The number of shards is fixed and
	// at most 1024. What Merge of a peer would refuse, such as records that have
	// expired, should not be part of it, or replicas differ for ever. The slice is
	// the caller's.
	Digest() []uint64
	// Shard yields the encoded records of a shard. What it yields may change after
	// the next one is asked for. The same version of a record should be the same
	// bytes in every replica; if not, it is sent in vain.
	Shard(i int) iter.Seq[[]byte]
	// Merge takes in records of a peer and copies what it keeps. It skips records
	// that are malformed and reports them; it must not panic.
	Merge(records [][]byte) error
}

// Channel is the way of one shared state to the peers. Its methods do not block
// and may be called from many goroutines.
type Channel struct {
	name    string
	state   State
	foreign Foreign // in place of state, in a cluster of Alertmanager
	peer    *Peer
	inbox   inbox

	// These belong to the goroutine that works off the inbox.
	pull   puller
	served map[string]uint64 // last session of each peer that was answered

	propagated atomic.Uint64
}

// Share has the replicas keep a state equal. It must be called before Run, with a
// name that is the same in all replicas, 64 bytes at most.
func (p *Peer) Share(name string, s State) *Channel {
	c := &Channel{name: name, state: s, peer: p, inbox: inbox{wake: make(chan struct{}, 1)}}
	c.served = make(map[string]uint64)
	c.pull = puller{channel: c, digests: make(map[string][]uint64), done: make(map[string]uint64)}
	switch n := len(s.Digest()); {
	case name == "" || len(name) > maxState:
		p.problems = append(p.problems, fmt.Errorf("share state %q: name must have 1 to %d bytes", name, maxState))
	case p.o.Alertmanager:
		p.problems = append(p.problems, fmt.Errorf("share state %q: %w", name, errForeign))
	case p.channels[name] != nil:
		p.problems = append(p.problems, fmt.Errorf("share state %q: shared twice", name))
	case n < 1 || n > maxShards:
		p.problems = append(p.problems, fmt.Errorf("share state %q: %d shards, must be 1 to %d", name, n, maxShards))
	}
	p.channels[name] = c
	p.metrics.share(name)
	return c
}

// Broadcast tells the peers of a record that has changed here, both ways: a stream
// is there at once, while gossip has room for a dozen changes a second; and gossip
// finds its way to a peer that this replica cannot reach itself. If a change of the
// record with the same key still waits to be gossiped, this one takes its place.
// The record must not change afterwards.
func (c *Channel) Broadcast(key string, record []byte) {
	if c.peer.roster.count() < 2 {
		return // who joins later compares
	}
	if c.foreign != nil {
		if !c.spread(key, record) {
			c.Stream(record)
		}
		return
	}
	e := c.peer.letter(kindGossip, c.name, appendRumor(nil, key, record))
	if message := e.encode(); len(message) <= maxGossip {
		c.peer.gossip.spread(c.name+"\x00"+key, e.stamp, message)
	}
	c.Stream(record)
}

// Stream tells the peers of records that have changed here, in batches over
// reliable streams: meant for many. The records must not change afterwards.
// Records that are too large (2 MiB) are dropped and counted.
func (c *Channel) Stream(records ...[]byte) {
	fit := make([][]byte, 0, len(records))
	for _, r := range records {
		if len(r) == 0 || len(r) > maxRecord {
			c.peer.metrics.streamDrops.WithLabelValues(c.name).Inc()
			continue
		}
		fit = append(fit, r)
	}
	stamp := c.peer.o.Clock.Now()
	for _, out := range c.peer.roster.outs() {
		out.add(c.name, stamp, fit)
	}
}

// Propagated counts the gossip of peers that was passed on to others.
func (c *Channel) Propagated() uint64 { return c.propagated.Load() }
