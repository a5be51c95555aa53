package silence

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/tocsin-alerting/tocsin/alert"
)

// verdicts remembers for alerts which silences match them, in whatever state the
// silences are, so that an alert is compared with each silence once. An alert that no
// silence matches costs some 15 bytes, and one that was not asked about for long
// nothing.
//
// A verdict has the number of the change up to which it is right. It becomes right
// again by looking at the silences that have changed since.
//
// Alerts are known by a hash of their labels that nobody outside can foresee.
type verdicts struct {
	seed   maphash.Seed
	shards [shards]shard
}

// shards is how many looks can be under way without waiting for one another.
const shards = 32

// shard is the verdicts of some of the alerts.
type shard struct {
	mu    sync.Mutex
	table table
	lists map[uint64][]*filed // by key, of those that silences match
}

func newVerdicts() *verdicts { return &verdicts{seed: maphash.MakeSeed()} }

// of returns the shard and the key of an alert.
func (v *verdicts) of(l alert.Labels) (*shard, uint64) {
	key := max(maphash.Comparable(v.seed, l), 1) // 0 is no key
	return &v.shards[key%shards], key
}

// get returns the silences that match an alert, sorted by id, and the change up to which
// that is so; change 0 if nothing is known. The list must not be changed.
func (s *shard) get(key uint64) (list []*filed, change uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change = s.table.get(key)
	if change != 0 && len(s.lists) > 0 {
		list = s.lists[key]
	}
	return list, change
}

// set keeps a verdict and the list.
func (s *shard) set(key uint64, list []*filed, change uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if gone := s.table.set(key, change); gone != 0 {
		delete(s.lists, gone)
	}
	if len(list) == 0 {
		delete(s.lists, key)
		return
	}
	if s.lists == nil {
		s.lists = make(map[uint64][]*filed)
	}
	s.lists[key] = list
}

// sweep forgets the verdicts that are not right up to a change.
func (v *verdicts) sweep(before uint32) {
	for i := range v.shards {
		s := &v.shards[i]
		s.mu.Lock()
		s.table.sweep(before)
		kept := make(map[uint64][]*filed)
		for key, list := range s.lists {
			if s.table.get(key) != 0 {
				kept[key] = list
			}
		}
		s.lists = kept // a new map, since one does not shrink
		s.mu.Unlock()
	}
}

// clear forgets all verdicts.
func (v *verdicts) clear() {
	for i := range v.shards {
		s := &v.shards[i]
		s.mu.Lock()
		s.table, s.lists = table{}, nil
		s.mu.Unlock()
	}
}

// remembered is up to how many changes verdicts are mended by looking at those; when
// there were more it is as quick to ask the index.
const remembered = 256

// changes are the latest changes of what silences match. They are numbered from 1.
type changes struct {
	last   uint32
	recent [remembered]change // by number, modulo the length
}

// change is a silence that matches something new; one with no silence is none.
type change struct {
	*filed
	matchers alert.Matchers
}

// add counts a change. It reports whether the numbers are used up and begin again.
func (c *changes) add(ch change) (over bool) {
	if c.last++; c.last == 0 {
		c.last, over = 1, true
	}
	c.recent[c.last%remembered] = ch
	return over
}

// mend brings a list up to date that was right up to a change; ok is false if that was
// too long ago. The list that it is given stays as it is. The silences that have left
// the index may still be in the new one, before a silence of the same id that came later.
func (c *changes) mend(list []*filed, since uint32, l alert.Labels) (mended []*filed, ok bool) {
	if since == 0 || c.last-since > remembered {
		return nil, false
	}
	shared := true
	for n := since; n != c.last; {
		n++
		ch := &c.recent[n%remembered]
		if ch.filed == nil {
			continue
		}
		at, listed := ch.in(list)
		matches := ch.matchers.Match(l)
		if matches == listed {
			continue
		}
		if shared {
			list, shared = slices.Clone(list), false
		}
		if matches {
			list = slices.Insert(list, at, ch.filed)
		} else {
			list = slices.Delete(list, at, at+1)
		}
	}
	return list, true
}
