package cluster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// table is a State: texts by key, the one with the higher version counts.
type table struct {
	mu     sync.Mutex
	shards []map[string]entry
	digest []uint64
	merged int
}

type entry struct {
	version uint64
	text    string
}

func newTable(shards int) *table {
	t := &table{shards: make([]map[string]entry, shards), digest: make([]uint64, shards)}
	for i := range t.shards {
		t.shards[i] = make(map[string]entry)
	}
	return t
}

func (e entry) hash(key string) uint64 {
	return xxhash.Sum64(encodeEntry(key, e))
}

func (e entry) wins(old entry) bool {
	return e.version > old.version || e.version == old.version && e.text > old.text
}

func (t *table) put(key string, e entry) {
	i := int(xxhash.Sum64String(key) % uint64(len(t.shards)))
	old, known := t.shards[i][key]
	if known && !e.wins(old) {
		return
	}
	if known {
		t.digest[i] ^= old.hash(key)
	}
	t.shards[i][key] = e
	t.digest[i] ^= e.hash(key)
}

// Put changes a record and returns it encoded.
func (t *table) Put(key string, version uint64, text string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := entry{version, text}
	t.put(key, e)
	return encodeEntry(key, e)
}

func encodeEntry(key string, e entry) []byte {
	b := binary.AppendUvarint(nil, e.version)
	b = appendBytes(b, key)
	return append(b, e.text...)
}

func (t *table) Digest() []uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.digest)
}

func (t *table) Shard(i int) iter.Seq[[]byte] {
	t.mu.Lock()
	records := maps.Clone(t.shards[i])
	t.mu.Unlock()
	return func(yield func([]byte) bool) {
		for key, e := range records {
			if !yield(encodeEntry(key, e)) {
				return
			}
		}
	}
}

var errRecord = errors.New("malformed record")

func (t *table) Merge(records [][]byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var err error
	for _, r := range records {
		version, n := binary.Uvarint(r)
		if n <= 0 {
			err = errRecord
			continue
		}
		c := cursor{rest: bytes.Clone(r[n:])}
		key := c.text(len(r))
		if c.broken {
			err = errRecord
			continue
		}
		t.merged++
		t.put(key, entry{version, string(c.rest)})
	}
	return err
}

func (t *table) all() map[string]entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[string]entry)
	for _, s := range t.shards {
		maps.Copy(all, s)
	}
	return all
}

// noise is a text that cannot be made smaller by much.
func noise(size int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

func (t *table) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, s := range t.shards {
		n += len(s)
	}
	return n
}

func (t *table) get(key string) string { return t.all()[key].text }
