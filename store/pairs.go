package store

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/tocsin-alerting/tocsin/alert"
)

// pairs finds the alerts of a shard that have a label pair without a look at the
// others; docs/adr/0007 has the reasons for its form. It may find too much: pairs
// are hashed, and what has been forgotten is not taken out. It never finds too
// little. The shard's lock guards it.
type pairs struct {
	ids []alert.Fingerprint // by slot; one that came back has several
	// run is sorted, tail is what was added since.
	run, tail []posting
	// common are the pairs that so many alerts have that it is no use to list them.
	common map[uint32]struct{}
	// ready says that run is complete. Until then it is being made of the alerts
	// that were there, while tail takes those that come.
	ready bool
	gone  int // how many slots are of no use any more
}

// posting says that the alert in a slot, in the lower half, has a pair with the
// hash in the upper half.
type posting uint64

func post(hash uint32, slot int) posting { return posting(hash)<<32 | posting(uint32(slot)) }

func (p posting) hash() uint32 { return uint32(p >> 32) }
func (p posting) slot() uint32 { return uint32(p) }

func hashPair(pair string) uint32 { return uint32(xxhash.Sum64String(pair)) }

// minTail is how many postings may at least wait to be sorted in, and minCommon in
// how many alerts of a shard a pair is at least for it to be common.
const (
	minTail   = 512
	minCommon = 32
)

func appendPostings(to []posting, a *alert.Alert, slot int) []posting {
	for pair := range a.Labels.Pairs() {
		to = append(to, post(hashPair(pair), slot))
	}
	return to
}

// add takes in an alert that is new to the shard.
func (p *pairs) add(a *alert.Alert) {
	slot := len(p.ids)
	p.ids = append(p.ids, a.Fingerprint())
	before := len(p.tail)
	p.tail = appendPostings(p.tail, a, slot)
	if len(p.common) > 0 {
		p.tail = append(p.tail[:before], slices.DeleteFunc(p.tail[before:], func(x posting) bool { return p.isCommon(x.hash()) })...)
	}
	if p.ready && len(p.tail) > max(minTail, len(p.run)/4) {
		p.settle()
	}
}

func (p *pairs) isCommon(hash uint32) bool {
	_, common := p.common[hash]
	return common
}

// settle sorts the tail into the run.
func (p *pairs) settle() {
	slices.Sort(p.tail)
	p.complete(merge(p.run, p.tail))
	p.tail = nil
}

// complete makes all the run, without what is common in it. It changes all.
func (p *pairs) complete(all []posting) {
	most := max(minCommon, len(p.ids)/8)
	kept := all[:0]
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].hash() == all[0].hash() {
			n++
		}
		if n > most || p.isCommon(all[0].hash()) {
			p.common[all[0].hash()] = struct{}{}
		} else {
			kept = append(kept, all[:n]...)
		}
		all = all[n:]
	}
	p.run = slices.Clip(slices.Clone(kept))
	p.ready = true
}

func merge(a, b []posting) []posting {
	all := make([]posting, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// having returns the slots that may have one of the pairs, and whether it can tell.
func (p *pairs) having(hashes []uint32) (slots []uint32, known bool) {
	if slices.ContainsFunc(hashes, p.isCommon) {
		return nil, false
	}
	for _, hash := range hashes {
		first, _ := slices.BinarySearch(p.run, post(hash, 0))
		for _, x := range p.run[first:] {
			if x.hash() != hash {
				break
			}
			slots = append(slots, x.slot())
		}
	}
	for _, x := range p.tail {
		if slices.Contains(hashes, x.hash()) {
			slots = append(slots, x.slot())
		}
	}
	return slots, true
}
