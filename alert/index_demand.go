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
	demandsPair               // that the label has one of a few values
)

// demand is what every label set that a matcher accepts must have: one of the
// packed pairs in keys, or a label with the name in keys.
type demand struct {
	kind demandKind
	keys []string
}

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
		values, _ = literals(m.Value)
	}
	if len(values) == 0 {
		return demand{kind: demandsName, keys: []string{m.Name}}
	}
	keys := make([]string, len(values))
	for i, value := range values {
		keys[i] = string(appendPair(nil, m.Name, value))
	}
	return demand{kind: demandsPair, keys: keys}
}

// betterThan compares two demands whose fullest buckets have the given sizes.
func (d demand) betterThan(o demand, size, otherSize int) bool {
	switch {
	case d.kind != o.kind:
		return d.kind > o.kind
	case size != otherSize:
		return size < otherSize
	default:
		return len(d.keys) < len(o.keys)
	}
}

// literals lists all strings that a regular expression matches as a whole, if
// it is built so simply that they are few; sorted, each once.
func literals(expr string) ([]string, bool) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, false
	}
	set, ok := expand(re)
	if !ok {
		return nil, false
	}
	slices.Sort(set)
	return slices.Compact(set), true
}

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
