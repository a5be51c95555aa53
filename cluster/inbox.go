package cluster

import "sync"

const (
	maxInbox      = 32 << 20 // bytes of messages that wait for one state
	maxInboxItems = 8192
)

// item is something a peer has sent about one state.
type item struct {
	kind   kind
	from   string
	stamp  Timestamp
	body   []byte
	shards []uint64 // of a digest
}

// inbox is what waits to be taken into one state. Putting never blocks.
type inbox struct {
	mu    sync.Mutex
	items []item
	size  int
	wake  chan struct{}
}

func (b *inbox) put(i item) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	size := len(i.body) + 8*len(i.shards)
	if len(b.items) >= maxInboxItems || b.size+size > maxInbox {
		return false
	}
	b.items, b.size = append(b.items, i), b.size+size
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

func (b *inbox) take() []item {
	b.mu.Lock()
	defer b.mu.Unlock()
	items := b.items
	b.items, b.size = nil, 0
	return items
}

func (b *inbox) bytes() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size
}
