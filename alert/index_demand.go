package alert

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// demandKind says how much a matcher demands of a label set, rising.
type demandKind uint8

const (
	demandsNothing demandKind = iota
	demandsName               // that the label is there
	demandsText               // that one of a few texts is in the value
	demandsHead               // that the value begins with one of a few texts
	demandsPair               // that the label has one of a few values
)

// demand is what every label set that a matcher accepts must have: a label with
// the name, and one of the texts in keys in its value or at its beginning, or one of
// the packed pairs in keys.
type demand struct {
	kind demandKind
	name string
	keys []string
}

// crowded is how many sets in one place are too many to try if there is a place
// with a quarter of them.
const crowded = 16

// maxPairs bounds under how many pairs a set is filed.
const maxPairs = 64

func demandOf(m *Matcher) demand {
	if m.Matches("") {
		return demand{}
	}
	var values []string
	switch m.Type {
	case MatchEqual:
		values = []string{m.Value}
	case MatchRegexp:
		if m.shape != nil {
			values = m.shape.values
		}
	}
	if len(values) == 0 {
		return demandOfText(m)
	}
	keys := make([]string, len(values))
	for i, value := range values {
		keys[i] = string(appendPair(nil, m.Name, value))
	}
	return demand{kind: demandsPair, name: m.Name, keys: keys}
}

// demandOfText is for a matcher that does not accept the empty value.
func demandOfText(m *Matcher) demand {
	switch {
	case m.Type == MatchRegexp && m.heads != nil:
		return demand{kind: demandsHead, name: m.Name, keys: m.heads}
	case m.Type == MatchRegexp && m.required != nil:
		return demand{kind: demandsText, name: m.Name, keys: m.required}
	}
	return demand{kind: demandsName, name: m.Name}
}

// betterThan compares two demands whose fullest buckets have the given sizes.
func (d demand) betterThan(o demand, size, otherSize int) bool {
	switch {
	case d.kind < demandsText || o.kind < demandsText:
		return d.kind > o.kind || d.kind == o.kind && size < otherSize
	case d.kind > o.kind:
		return size <= crowded || size <= 4*otherSize
	case d.kind < o.kind:
		return otherSize > crowded && otherSize > 4*size
	case size != otherSize:
		return size < otherSize
	default:
		return len(d.keys) < len(o.keys)
	}
}

// expand lists all strings that a part of a regular expression matches as a whole, if
// it is built so simply that they are few.
func expand(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		return expandLiteral(re)
	case syntax.OpCharClass:
		return expandClass(re.Rune)
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpQuest:
		set, ok := expand(re.Sub[0])
		return append(set, ""), ok && len(set) < maxPairs
	case syntax.OpAlternate:
		return expandAlternate(re.Sub)
	case syntax.OpConcat:
		return expandConcat(re.Sub)
	default:
		return nil, false
	}
}

// expandLiteral refuses U+FFFD, which also matches bytes that are not UTF-8.
func expandLiteral(re *syntax.Regexp) ([]string, bool) {
	if re.Flags&syntax.FoldCase != 0 || slices.Contains(re.Rune, utf8.RuneError) {
		return nil, false
	}
	return []string{string(re.Rune)}, true
}

// expandClass takes pairs of first and last rune.
func expandClass(ranges []rune) ([]string, bool) {
	var set []string
	for bounds := range slices.Chunk(ranges, 2) {
		first, last := bounds[0], bounds[1]
		if len(set)+int(last-first)+1 > maxPairs || (first <= utf8.RuneError && utf8.RuneError <= last) {
			return nil, false
		}
		for r := first; r <= last; r++ {
			set = append(set, string(r))
		}
	}
	return set, true
}

func expandAlternate(subs []*syntax.Regexp) ([]string, bool) {
	var set []string
	for _, sub := range subs {
		more, ok := expand(sub)
		if !ok || len(set)+len(more) > maxPairs {
			return nil, false
		}
		set = append(set, more...)
	}
	return set, true
}

func expandConcat(subs []*syntax.Regexp) ([]string, bool) {
	set := []string{""}
	for _, sub := range subs {
		tails, ok := expand(sub)
		if !ok || len(set)*len(tails) > maxPairs {
			return nil, false
		}
		set = product(set, tails)
	}
	return set, true
}

func product(heads, tails []string) []string {
	set := make([]string, 0, len(heads)*len(tails))
	for _, head := range heads {
		for _, tail := range tails {
			set = append(set, head+tail)
		}
	}
	return set
}
