package store

import (
	"iter"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Among yields every alert that may pass the matchers, once, in no promised order:
// what the matchers accept, and more. What does not pass has to be sorted out by
// the caller. As with All, what is put meanwhile may or may not be among them, and
// no lock is held while the caller works.
//
// Where matchers name pairs of which alerts must have one, it looks only at alerts
// that have. The index that it needs for that is built by the first such query,
// and dropped when for a whole interval of GC there has been none.
func (s *Alerts) Among(ms alert.Matchers) iter.Seq[*alert.Alert] {
	wanted := demands(ms)
	if len(wanted) == 0 {
		return s.All()
	}
	return func(yield func(*alert.Alert) bool) {
		s.queried.Store(true)
		var part []*alert.Alert
		var b builder
		for i := range s.shards {
			sh := &s.shards[i]
			sh.index(&b)
			part = sh.appendHaving(wanted, part[:0])
			for _, a := range part {
				if !yield(a) {
					return
				}
			}
		}
	}
}

// demands returns for each matcher that asks for one of a few pairs their hashes.
func demands(ms alert.Matchers) [][]uint32 {
	var wanted [][]uint32
	for _, m := range ms {
		list := m.Pairs()
		if len(list) == 0 {
			continue
		}
		hashes := make([]uint32, len(list))
		for i, pair := range list {
			hashes[i] = hashPair(pair)
		}
		wanted = append(wanted, hashes)
	}
	return wanted
}

// index makes the index of the shard, unless it is there or being made. The work is
// done without the lock.
func (sh *shard) index(b *builder) {
	p, there := sh.begin()
	if p == nil {
		return
	}
	run, common := b.run(there)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	p.complete(run, common)
}

// begin lets the shard have an index that is not ready, and returns it with the
// alerts that have to go in, by slot.
func (sh *shard) begin() (*pairs, []*alert.Alert) {
	sh.mu.RLock()
	has := sh.pairs != nil
	sh.mu.RUnlock()
	if has {
		return nil, nil
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.pairs != nil {
		return nil, nil
	}
	sh.pairs = &pairs{ids: make([]alert.Fingerprint, 0, len(sh.alerts)), began: len(sh.alerts)}
	there := make([]*alert.Alert, 0, len(sh.alerts))
	for id, a := range sh.alerts {
		sh.pairs.ids = append(sh.pairs.ids, id)
		there = append(there, a)
	}
	return sh.pairs, there
}

// appendHaving appends the alerts that meet the most selective of the demands, each
// once; all if that cannot be told.
func (sh *shard) appendHaving(wanted [][]uint32, to []*alert.Alert) []*alert.Alert {
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	slots, known := sh.fewest(wanted)
	if !known {
		for _, a := range sh.alerts {
			to = append(to, a)
		}
		return to
	}
	ids := make([]alert.Fingerprint, len(slots))
	for i, slot := range slots {
		ids[i] = sh.pairs.ids[slot]
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if a, here := sh.alerts[id]; here {
			to = append(to, a)
		}
	}
	return to
}

// fewest returns the slots of the demand that the fewest alerts meet.
func (sh *shard) fewest(wanted [][]uint32) (slots []uint32, known bool) {
	if sh.pairs == nil || !sh.pairs.ready {
		return nil, false
	}
	for _, hashes := range wanted {
		found, ok := sh.pairs.having(hashes)
		if ok && (!known || len(found) < len(slots)) {
			slots, known = found, true
		}
	}
	return slots, known
}

// arrived lets the index have an alert that is new; the shard is locked.
func (sh *shard) arrived(a *alert.Alert) {
	if sh.pairs != nil {
		sh.pairs.add(a)
		sh.dropOutdated()
	}
}

// left tells the index that an alert is gone; the shard is locked.
func (sh *shard) left() {
	if sh.pairs != nil {
		sh.pairs.gone++
		sh.dropOutdated()
	}
}

// dropOutdated leaves it to the next query to make the index anew.
func (sh *shard) dropOutdated() {
	if sh.pairs.outdated() {
		sh.pairs = nil
	}
}

// dropIndex gives the memory of the index back if nobody has asked since the last
// time.
func (s *Alerts) dropIndex() {
	if s.queried.Swap(false) {
		return
	}
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sh.pairs = nil
		sh.mu.Unlock()
	}
}
