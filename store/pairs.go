package store

import (
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
)

// pairs finds the alerts of a shard that have a label pair without a look at the
// others; docs/adr/0007 has the reasons for its form. It may find too much: pairs
// are hashed, and what has been forgotten is not taken out. It never finds too
// little. The shard's lock guards it.
type pairs struct {
	ids []alert.Fingerprint // by slot; one that came back has several
	// runs are sorted and each is more than twice as long as the next one, so that
	// they are few; tail is what was added since.
	runs [][]posting
	tail []posting
	// common are the pairs that so many alerts have that it is no use to list them.
	common map[uint32]struct{}
	// ready says that the alerts that were there at the beginning are in the runs.
	// Until then tail takes those that come.
	ready bool
	began int // how many alerts were there
	gone  int // how many slots are of no use any more
}

// maxTail is how many postings wait to be sorted in: every look goes through them.
const maxTail = 256

// add takes in an alert that is new to the shard.
func (p *pairs) add(a *alert.Alert) {
	slot := len(p.ids)
	p.ids = append(p.ids, a.Fingerprint())
	p.tail = appendPostings(p.tail, a, slot, p.common)
	if p.ready && len(p.tail) > maxTail {
		p.settle()
	}
}

// settle sorts the tail into the runs.
func (p *pairs) settle() {
	run := slices.Clone(p.tail)
	slices.Sort(run)
	p.tail = p.tail[:0]
	for n := len(p.runs); n > 0 && len(p.runs[n-1]) <= 2*len(run); n-- {
		run = merge(p.runs[n-1], run)
		p.runs = p.runs[:n-1]
	}
	if rare := withoutCommon(run, len(p.ids), p.common); len(rare) < len(run) {
		run = slices.Clone(rare)
	}
	p.runs = append(p.runs, run)
}

// complete takes in what has been made of the alerts that were there.
func (p *pairs) complete(run []posting, common map[uint32]struct{}) {
	p.runs, p.common, p.ready = [][]posting{run}, common, true
	if len(p.tail) > maxTail {
		p.settle()
	}
}

// outdated reports whether to make the index anew is better than to keep it: half of
// it is of no use, or there are so many more alerts that what was common among them
// may be so no longer.
func (p *pairs) outdated() bool {
	const few = 512
	return p.ready && (2*p.gone > len(p.ids)+few || len(p.ids) > 4*p.began+few)
}

// having returns the slots that may have one of the pairs, and whether it can tell.
func (p *pairs) having(hashes []uint32) (slots []uint32, known bool) {
	for _, hash := range hashes {
		if _, common := p.common[hash]; common {
			return nil, false
		}
	}
	for _, run := range p.runs {
		for _, hash := range hashes {
			first, _ := slices.BinarySearch(run, post(hash, 0))
			for _, x := range run[first:] {
				if x.hash() != hash {
					break
				}
				slots = append(slots, x.slot())
			}
		}
	}
	for _, x := range p.tail {
		if slices.Contains(hashes, x.hash()) {
			slots = append(slots, x.slot())
		}
	}
	return slots, true
}
