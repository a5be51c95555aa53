package alert

import (
	"regexp/syntax"
	"slices"
	"strings"
)

const (
	// maxHead bounds in bytes how much of the beginning of a value sets are filed under.
	maxHead = 48
	// minHead is from which length on a beginning is worth to be looked for. It tells
	// values apart better than any piece of that length from within.
	minHead = 3
	// maxHeads bounds under how many beginnings a set is filed: what has more of them
	// names letters and not words.
	maxHeads = 16
)

// heads holds, for one label, the sets that demand that its value begins with a text.
type heads[K comparable] struct {
	buckets map[string]*bucket[K] // by that text
	sizes   [maxHead + 1]int      // how many buckets have a text of this length
}

// headBucket returns the bucket of a beginning, which takes itself out of the index
// when it is empty.
func (x *Index[K]) headBucket(name, head string) *bucket[K] {
	h := x.heads[name]
	if h == nil {
		h = &heads[K]{buckets: make(map[string]*bucket[K])}
		x.heads[name] = h
	}
	if h.buckets[head] == nil {
		h.sizes[len(head)]++
	}
	b := bucketAt(h.buckets, head)
	b.emptied = func() {
		if h.sizes[len(head)]--; len(h.buckets) == 0 {
			delete(x.heads, name)
		}
	}
	return b
}

// each yields the entries whose text the value begins with, each once since of the texts
// of one entry none begins with another, and reports whether the loop may go on. A nil
// receiver has none.
func (h *heads[K]) each(value string, yield func(*entry[K]) bool) bool {
	if h == nil {
		return true
	}
	for size := 1; size <= min(len(value), maxHead); size++ {
		if h.sizes[size] == 0 {
			continue
		}
		for _, it := range h.buckets[value[:size]].accepting(value) {
			if !yield(it.entry) {
				return false
			}
		}
	}
	return true
}

// headsOf returns texts of which every string that a regular expression matches from its
// beginning begins with at least one; none of them begins with another. It returns nil if
// there are none or they are too short or too many.
func headsOf(re *syntax.Regexp) []string {
	set := beginnings(re)
	for i, text := range set {
		set[i] = text[:min(len(text), maxHead)]
	}
	if shortest(set) < minHead {
		return nil
	}
	slices.Sort(set)
	kept := set[:1]
	for _, text := range set[1:] {
		if !strings.HasPrefix(text, kept[len(kept)-1]) {
			kept = append(kept, text)
		}
	}
	return kept
}

// beginnings is headsOf for a part of an expression; nil or an empty text: anything.
func beginnings(re *syntax.Regexp) []string {
	if set, ok := expand(re); ok {
		return set
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return beginnings(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return beginnings(re.Sub[0])
		}
	case syntax.OpAlternate:
		return beginningsOfAll(re.Sub)
	case syntax.OpConcat:
		return beginningsInTurn(re.Sub)
	}
	return nil
}

func beginningsOfAll(subs []*syntax.Regexp) []string {
	var all []string
	for _, sub := range subs {
		set := beginnings(sub)
		if set == nil || len(all)+len(set) > maxHeads {
			return nil
		}
		all = append(all, set...)
	}
	return all
}

// beginningsInTurn goes on as long as all strings of a part are known.
func beginningsInTurn(subs []*syntax.Regexp) []string {
	run := []string{""}
	for _, sub := range subs {
		if sub.Op == syntax.OpBeginText {
			continue
		}
		set, whole := expand(sub)
		if !whole {
			set = beginnings(sub)
		}
		if set == nil || len(run)*len(set) > maxHeads {
			return run
		}
		run = product(run, set)
		if !whole {
			return run
		}
	}
	return run
}
