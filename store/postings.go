package store

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/tocsin-alerting/tocsin/alert"
)

// posting says that the alert in a slot, in the lower half, has a pair with the
// hash in the upper half.
type posting uint64

func post(hash uint32, slot int) posting { return posting(hash)<<32 | posting(uint32(slot)) }

func (p posting) hash() uint32 { return uint32(p >> 32) }
func (p posting) slot() uint32 { return uint32(p) }

func hashPair(pair string) uint32 { return uint32(xxhash.Sum64String(pair)) }

// appendPostings appends those of an alert, but for what is common.
func appendPostings(to []posting, a *alert.Alert, slot int, common map[uint32]struct{}) []posting {
	for pair := range a.Labels.Pairs() {
		hash := hashPair(pair)
		if _, left := common[hash]; !left {
			to = append(to, post(hash, slot))
		}
	}
	return to
}

// minCommon is how many alerts have a pair at least for it to be common; they are
// also more than an eighth of all.
const minCommon = 32

// withoutCommon removes from sorted postings of so many alerts what is common, which it
// adds to what is known to be. It works in place.
func withoutCommon(sorted []posting, alerts int, common map[uint32]struct{}) []posting {
	most := max(minCommon, alerts/8)
	kept := sorted[:0]
	for len(sorted) > 0 {
		hash, n := sorted[0].hash(), 1
		for n < len(sorted) && sorted[n].hash() == hash {
			n++
		}
		if n > most {
			common[hash] = struct{}{}
		}
		if _, left := common[hash]; !left {
			kept = append(kept, sorted[:n]...)
		}
		sorted = sorted[n:]
	}
	return kept
}

// merge joins two sorted runs.
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

// builder makes runs, one after the other in the same memory.
type builder struct{ all, spare []posting }

// run returns the postings of alerts, which have the slots from 0 on, and the pairs
// that are common among them.
func (b *builder) run(alerts []*alert.Alert) (sorted []posting, common map[uint32]struct{}) {
	common = b.foreseen(alerts)
	b.all = b.all[:0]
	for slot, a := range alerts {
		b.all = appendPostings(b.all, a, slot, common)
	}
	b.sort()
	return slices.Clone(withoutCommon(b.all, len(alerts), common)), common
}

// foreseen returns pairs that can be seen to be common by a look at a few alerts. That
// keeps most postings from being made at all.
func (b *builder) foreseen(alerts []*alert.Alert) map[uint32]struct{} {
	const few = 256
	common := make(map[uint32]struct{})
	if len(alerts) < 2*few {
		return common
	}
	b.all = b.all[:0]
	for slot, a := range alerts[:few] {
		b.all = appendPostings(b.all, a, slot, nil)
	}
	b.sort()
	withoutCommon(b.all, 2*few, common) // twice the share, to be sure
	return common
}

// sort sorts all by their hashes, digit by digit. They come in the order of their
// slots and stay so, which is much less work than to compare them.
func (b *builder) sort() {
	const digit, values = 8, 1 << 8
	b.spare = slices.Grow(b.spare[:0], len(b.all))[:len(b.all)]
	for shift := 32; shift < 64; shift += digit {
		var ends [values + 1]int
		for _, x := range b.all {
			ends[(x>>shift)%values+1]++
		}
		for i := range values {
			ends[i+1] += ends[i]
		}
		for _, x := range b.all {
			at := &ends[(x>>shift)%values]
			b.spare[*at] = x
			*at++
		}
		b.all, b.spare = b.spare, b.all
	}
}
