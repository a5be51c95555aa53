package cluster

import (
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/hashicorp/memberlist"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// maxGossip is the size of messages that ride on gossip. Two fit into a packet.
	maxGossip = 700
	// maxRumors bounds what waits to be gossiped, and what is remembered of it.
	maxRumors = 4096
)

// gossip holds what this replica tells to a few peers at random, and what it has
// heard that way and passes on once.
type gossip struct {
	queue  *memberlist.TransmitLimitedQueue
	pruned prometheus.Counter

	mu            sync.Mutex
	recent, older map[string]rumor // by name; two halves of a bounded memory
}

// rumor is what was last heard about a record.
type rumor struct {
	stamp Timestamp
	hash  uint64
}

func newGossip(repeat int, nodes func() int, pruned prometheus.Counter) *gossip {
	return &gossip{
		queue:  &memberlist.TransmitLimitedQueue{NumNodes: nodes, RetransmitMult: repeat},
		pruned: pruned,
		recent: make(map[string]rumor),
	}
}

// broadcast is an entry of the queue. Of one record only the newest waits.
type broadcast struct {
	name    string
	message []byte
}

// Name says what the message is about.
func (b *broadcast) Name() string { return b.name }

// Message is what goes over the network.
func (b *broadcast) Message() []byte { return b.message }

// Finished is told when the message is not sent any more.
func (b *broadcast) Finished() {}

// Invalidates says whether b makes another message superfluous.
func (b *broadcast) Invalidates(other memberlist.Broadcast) bool {
	o, ok := other.(*broadcast)
	return ok && o.name == b.name
}

// spread gossips a message. stamp and hash are its envelope's and its own.
func (g *gossip) spread(name string, stamp Timestamp, message []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remember(name, rumor{stamp, xxhash.Sum64(message)})
	g.enqueue(name, message)
}

// hear takes a message from a peer and passes it on if nothing newer is known
// about the record. It reports whether the message is new here.
func (g *gossip) hear(name string, stamp Timestamp, message []byte) (fresh, passed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := rumor{stamp, xxhash.Sum64(message)}
	last, known := g.recent[name]
	if !known {
		last, known = g.older[name]
	}
	switch {
	case known && last == r:
		return false, false
	case known && last.stamp > r.stamp:
		return true, false // older than what waits in the queue, and must not replace it
	}
	g.remember(name, r)
	g.enqueue(name, message)
	return true, true
}

func (g *gossip) remember(name string, r rumor) {
	if len(g.recent) >= maxRumors {
		g.older, g.recent = g.recent, make(map[string]rumor)
	}
	g.recent[name] = r
}

func (g *gossip) enqueue(name string, message []byte) {
	g.queue.QueueBroadcast(&broadcast{name, message})
	if over := g.queue.NumQueued() - maxRumors; over > 0 {
		g.queue.Prune(maxRumors)
		g.pruned.Add(float64(over))
	}
}
