package notify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cespare/xxhash/v2"
)

// digests is how many hashes say what a replica knows.
const digests = 1024

// Digest returns what a replica knows as hashes that are equal in replicas that
// know the same.
func (l *Log) Digest() []uint64 {
	now := time.Now()
	sums := make([]uint64, digests)
	for _, e := range l.all() {
		if e.ExpiresAt.After(now) {
			key := e.Key.String()
			sums[placeOf(key)] ^= e.version(key)
		}
	}
	return sums
}

// version identifies what an entry says. When it expires is the matter of each
// replica.
func (e *Entry) version(key string) uint64 {
	b := binary.BigEndian.AppendUint64(append([]byte(key), 0), uint64(e.Timestamp.UnixNano()))
	for _, hash := range e.Owed {
		b = binary.BigEndian.AppendUint64(b, hash)
	}
	for _, m := range e.Marks {
		b = binary.BigEndian.AppendUint64(append(append(b, m.By...), 0), uint64(m.At.UnixNano()))
	}
	return xxhash.Sum64(b)
}

func placeOf(key string) uint64 { return xxhash.Sum64String(key) % digests }

func (l *Log) all() []*Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	all := make([]*Entry, 0, len(l.entries))
	for _, e := range l.entries {
		all = append(all, e)
	}
	return all
}

// Shard yields the records of the entries behind one hash of Digest. A record is
// good until the next one.
func (l *Log) Shard(i int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		now := time.Now()
		var record []byte
		for _, e := range l.all() {
			if placeOf(e.Key.String()) != uint64(i) || !e.ExpiresAt.After(now) {
				continue
			}
			record = AppendEntry(record[:0], e)
			if !yield(record) {
				return
			}
		}
	}
}

// Merge takes in what another replica has told; merge says what counts. Records that
// are damaged are left out; the error says which.
func (l *Log) Merge(records [][]byte) error {
	now := time.Now()
	var problems []error
	for _, record := range records {
		e, err := ParseEntry(record)
		switch {
		case err != nil:
			problems = append(problems, err)
		case e.ExpiresAt.After(now):
			e.steady(now)
			l.join(e)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d of %d log entries of a replica: %w", len(problems), len(records), errors.Join(problems[:min(len(problems), 3)]...))
	}
	return nil
}

func (l *Log) join(theirs *Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ours := l.entries[theirs.Key]
	if ours != nil {
		theirs = merge(ours, theirs)
	}
	if theirs != ours {
		l.enter(theirs)
	}
}

// later is a total order of the entries of a key.
func later(a, b *Entry) bool {
	if !a.Timestamp.Equal(b.Timestamp) {
		return a.Timestamp.After(b.Timestamp)
	}
	return bytes.Compare(AppendEntry(nil, a), AppendEntry(nil, b)) > 0
}
