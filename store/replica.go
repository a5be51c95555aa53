package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/tocsin-alerting/tocsin/alert"
)

// digests is how many hashes say what a replica knows. It is a multiple of the
// number of shards.
const digests = 16 * shardCount

// over is for how long after its end an alert is shown to other replicas. Each
// forgets it in its own time, and must not be reminded.
const over = 15 * time.Minute

// coarse is how exactly replicas agree about when an alert ends. The same report
// that was posted to each of them gives ends that are milliseconds apart.
const coarse = time.Minute

// Digest returns what a replica knows as hashes that are equal in replicas that
// know the same.
func (s *Alerts) Digest() []uint64 {
	now := time.Now()
	sums := make([]uint64, digests)
	for a := range s.All() {
		if shown(a, now) {
			sums[a.Fingerprint()%digests] ^= version(a, now)
		}
	}
	return sums
}

// shown reports whether an alert is of interest to other replicas.
func shown(a *alert.Alert, now time.Time) bool {
	return a.EndsAt.IsZero() || a.EndsAt.Add(over).After(now)
}

// version hashes what is to be equal of an alert everywhere.
func version(a *alert.Alert, now time.Time) uint64 {
	var buf [1024]byte
	b := binary.BigEndian.AppendUint64(buf[:0], uint64(a.Fingerprint()))
	b = binary.BigEndian.AppendUint64(b, uint64(a.StartsAt.UnixMilli()))
	end := a.EndsAt
	if !a.ResolvedAt(now) {
		end = end.Truncate(coarse)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(end.UnixMilli()))
	b = append(b, a.GeneratorURL...)
	b = append(b, 0)
	b = a.Annotations.AppendPacked(b)
	return xxhash.Sum64(b)
}

// Shard yields the records of the alerts behind one hash of Digest. A record is
// good until the next one.
func (s *Alerts) Shard(i int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		now := time.Now()
		var record []byte
		for _, a := range s.shards[i%shardCount].appendTo(nil) {
			if a.Fingerprint()%digests != alert.Fingerprint(i) || !shown(a, now) {
				continue
			}
			record = alert.Append(record[:0], a)
			if !yield(record) {
				return
			}
		}
	}
}

// Record returns the record of one alert; false if it is not known.
func (s *Alerts) Record(id alert.Fingerprint) ([]byte, bool) {
	a, known := s.Get(id)
	if !known {
		return nil, false
	}
	return alert.Append(nil, a), true
}

// Merge takes in alerts as another replica knows them. What is news is entered
// into the journal, but not waited for: the replica that was told has it. Records
// that are damaged are left out; the error says how many. It returns the alerts of
// which this replica knows no less now than the other.
func (s *Alerts) Merge(records [][]byte) (same []alert.Fingerprint, err error) {
	now := time.Now()
	var changed []*alert.Alert
	var damaged int
	for _, record := range records {
		a, err := alert.Decode(record)
		if err != nil || a.Labels.Empty() {
			damaged++
			continue
		}
		if !shown(a, now) {
			continue
		}
		a.UpdatedAt = alert.Steady(a.UpdatedAt, now)
		news, equal := s.join(a, now)
		if news {
			changed = append(changed, a)
		}
		if equal {
			same = append(same, a.Fingerprint())
		}
	}
	s.mark(fingerprints(changed))
	if damaged > 0 {
		return same, fmt.Errorf("%w: %d of %d", errDamaged, damaged, len(records))
	}
	return same, nil
}

var errDamaged = errors.New("alerts of a replica are damaged")

// join merges what another replica knows of an alert. news says that something
// has changed here, and equal that nothing is left that the other does not know.
func (s *Alerts) join(theirs *alert.Alert, now time.Time) (news, equal bool) {
	id := theirs.Fingerprint()
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	ours, known := sh.alerts[id]
	if !known {
		if !s.limits.admit(theirs, now) {
			return false, true
		}
		s.add(sh, theirs)
		return true, true
	}
	share(ours, theirs)
	older, younger := ours, theirs
	if after(ours, theirs) {
		older, younger = theirs, ours
	}
	merged := alert.Merge(older, younger)
	if earliest(ours, theirs, now) {
		merged = withReceipt(merged, theirs.ReceivedAt)
	} else {
		merged = withReceipt(merged, ours.ReceivedAt)
	}
	equal = version(merged, now) == version(theirs, now)
	if unchanged(merged, ours) {
		return false, equal
	}
	sh.alerts[id] = merged
	if refreshes(ours, merged) {
		s.journal.Extend(merged)
		return true, equal
	}
	s.journal.Put(merged)
	return true, equal
}

// after is a total order of reports, so that every replica comes to the same
// result. Reports of the same instant are ordered by what they say.
func after(a, b *alert.Alert) bool {
	switch {
	case !a.UpdatedAt.Equal(b.UpdatedAt):
		return a.UpdatedAt.After(b.UpdatedAt)
	case !a.EndsAt.Equal(b.EndsAt):
		return a.EndsAt.After(b.EndsAt)
	case !a.StartsAt.Equal(b.StartsAt):
		return a.StartsAt.Before(b.StartsAt)
	}
	if order := cmp.Or(a.Annotations.Compare(b.Annotations), cmp.Compare(a.GeneratorURL, b.GeneratorURL)); order != 0 {
		return order > 0
	}
	return a.Timeout && !b.Timeout
}

// earliest reports whether their first report counts as the one of the alert.
func earliest(ours, theirs *alert.Alert, now time.Time) bool {
	if ours.ResolvedAt(now) != theirs.ResolvedAt(now) {
		return ours.ResolvedAt(now)
	}
	return theirs.ReceivedAt.Before(ours.ReceivedAt)
}

// withReceipt is the alert with another first report.
func withReceipt(a *alert.Alert, at time.Time) *alert.Alert {
	if a.ReceivedAt.Equal(at) {
		return a
	}
	b := *a
	b.ReceivedAt = at
	return &b
}
