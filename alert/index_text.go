package alert

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// How long the pieces of text are under which sets are filed. Of short ones there
// are too few to tell values apart; of long ones a value has no more, but a regular
// expression seldom names them.
const (
	minPiece = 2
	maxPiece = 4
)

// fragments holds, for one label, the sets that demand that a piece of text is
// somewhere in its value.
type fragments[K comparable] struct {
	buckets map[string]*bucket[K] // by piece
	sizes   [maxPiece + 1]int     // how many buckets have a piece of this length
}

// at returns the bucket of a piece, which it makes if there is none.
func (t *fragments[K]) at(piece string) *bucket[K] {
	if t.buckets[piece] == nil {
		t.sizes[len(piece)]++
	}
	return bucketAt(t.buckets, piece)
}

// each yields the entries whose piece is in the value, each once, and reports
// whether the loop may go on. A nil receiver has none.
func (t *fragments[K]) each(value string, yield func(*entry[K]) bool) bool {
	if t == nil {
		return true
	}
	for size := minPiece; size <= maxPiece; size++ {
		if t.sizes[size] == 0 {
			continue
		}
		for i := 0; i+size <= len(value); i++ {
			b := t.buckets[value[i:i+size]]
			if b == nil {
				continue
			}
			for _, it := range b.accepting(value) {
				if it.entry.comesFirst(value, it.spot, i) && !yield(it.entry) {
					return false
				}
			}
		}
	}
	return true
}

// comesFirst reports whether the piece of the given spot, which is in the value at
// the given position, is the first of all pieces of the entry that are.
func (e *entry[K]) comesFirst(value string, spot, position int) bool {
	for i, s := range e.spots {
		at := strings.Index(value, s.bucket.key)
		if at >= 0 && (at < position || at == position && i < spot) {
			return false
		}
	}
	return true
}

// rarest returns for each text the piece of it that the fewest sets are filed
// under at present. A nil receiver has none.
func (t *fragments[K]) rarest(list []string) []string {
	pieces := make([]string, len(list))
	for n, text := range list {
		size := min(len(text), maxPiece)
		least := -1
		for i := 0; i+size <= len(text); i++ {
			piece := text[i : i+size]
			if load := t.load(piece); least < 0 || load < least {
				pieces[n], least = piece, load
			}
		}
	}
	slices.Sort(pieces)
	return slices.Compact(pieces)
}

func (t *fragments[K]) load(piece string) int {
	if t == nil || t.buckets[piece] == nil {
		return 0
	}
	return len(t.buckets[piece].items)
}

// required returns texts of which every string that a regular expression matches
// as a whole has at least one in it; nil if none can be told that are long enough.
func required(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	set := inside(re)
	slices.Sort(set)
	return slices.Compact(set)
}

// inside is required for a part of an expression.
func inside(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return inside(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return inside(re.Sub[0])
		}
	case syntax.OpAlternate:
		return insideAll(re.Sub)
	case syntax.OpLiteral:
		set, _ := expandLiteral(re)
		return better(nil, set)
	case syntax.OpConcat:
		return insideAny(re.Sub)
	}
	return nil
}

// insideAll is for branches, each of which must have a text.
func insideAll(subs []*syntax.Regexp) []string {
	var all []string
	for _, sub := range subs {
		set := inside(sub)
		if set == nil || len(all)+len(set) > maxPairs {
			return nil
		}
		all = append(all, set...)
	}
	return all
}

// insideAny is for what stands one behind the other: the best of what has to be
// there. Neighbours that match only a few strings make longer texts together.
func insideAny(subs []*syntax.Regexp) []string {
	var best []string
	run := []string{""}
	for _, sub := range subs {
		set, few := expand(sub)
		if few && len(run)*len(set) <= maxPairs {
			run = product(run, set)
			continue
		}
		best = better(best, run)
		run = []string{""}
		if few {
			run = set
		} else {
			best = better(best, inside(sub))
		}
	}
	return better(best, run)
}

// better returns the set whose shortest text is longer, or the smaller one. A set
// with a text that is too short is of no use.
func better(a, b []string) []string {
	short := shortest(b)
	switch {
	case short < minPiece:
		return a
	case a == nil, short > shortest(a), short == shortest(a) && len(b) < len(a):
		return b
	}
	return a
}

func shortest(set []string) int {
	if len(set) == 0 {
		return 0
	}
	return len(slices.MinFunc(set, func(a, b string) int { return len(a) - len(b) }))
}
