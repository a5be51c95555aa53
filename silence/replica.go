package silence

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"github.com/cespare/xxhash/v2"
)

// digests is how many hashes say what a replica knows.
const digests = 256

// Digest returns what a replica knows as hashes that are equal in replicas that
// know the same.
func (s *Silences) Digest() []uint64 {
	now := present()
	sums := make([]uint64, digests)
	for _, sil := range s.known() {
		if s.expiry(sil).After(now) {
			record := s.Record(sil)
			sums[place(sil.ID)] ^= xxhash.Sum64(record)
		}
	}
	return sums
}

func place(id string) uint64 { return xxhash.Sum64String(id) % digests }

// known lists all silences by id, without counting as a query.
func (s *Silences) known() []*Silence {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Silence, 0, len(s.byID))
	for _, f := range s.byID {
		all = append(all, f.silence)
	}
	return all
}

// Record is a silence as it is sent to other replicas.
func (s *Silences) Record(sil *Silence) []byte { return Append(nil, sil, s.expiry(sil)) }

// Shard yields the records of the silences behind one hash of Digest.
func (s *Silences) Shard(i int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		now := present()
		for _, sil := range s.known() {
			if place(sil.ID) == uint64(i) && s.expiry(sil).After(now) && !yield(s.Record(sil)) {
				return
			}
		}
	}
}

// Merge takes in silences as another replica knows them. Of two states of a
// silence the one that was changed later counts. Nothing is refused for a limit,
// since somebody was told that it holds. Records that are damaged are left out;
// the error says which.
func (s *Silences) Merge(records [][]byte) error {
	var problems []error
	s.change.Lock()
	defer s.change.Unlock()
	now := present()
	for _, record := range records {
		sil, _, err := Parse(record)
		switch {
		case err != nil:
			problems = append(problems, err)
		case s.expiry(sil).After(now):
			s.join(sil)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d of %d silences of a replica: %w", len(problems), len(records), errors.Join(problems[:min(len(problems), 3)]...))
	}
	return nil
}

// join merges one silence; change is held.
func (s *Silences) join(theirs *Silence) {
	s.writing.await(theirs.ID)
	if ours := s.here(theirs.ID); ours != nil && !s.later(theirs, ours) {
		return
	}
	s.o.Table.Put(theirs.ID, theirs)
	s.show(theirs)
}

// later is a total order of the states of a silence. Of two changes at the same
// instant the one with the earlier end counts: a person who ends a silence wants
// to hear.
func (s *Silences) later(a, b *Silence) bool {
	switch {
	case !a.UpdatedAt.Equal(b.UpdatedAt):
		return a.UpdatedAt.After(b.UpdatedAt)
	case !a.EndsAt.Equal(b.EndsAt):
		return a.EndsAt.Before(b.EndsAt)
	}
	return bytes.Compare(s.Record(a), s.Record(b)) > 0
}
