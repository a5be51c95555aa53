package alert

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// shape is a regular expression that is so simple that a value can be compared with it
// in place of running it: people mostly write lists of values, and texts with anything
// around them.
type shape struct {
	values []string // all that it matches, sorted; nil: see globs
	globs  []glob   // one of them matches
	// lines says that "anything" may have line breaks in it.
	lines bool
}

// glob is texts that a value has in turn and nothing else, but for what is in the gaps.
type glob struct {
	texts []string // the first one begins the value and the last one ends it
	gaps  []gap    // behind each text but the last
}

// gap is anything, of so many characters at least.
type gap int

// maxGlobs bounds how many comparisons stand for one regular expression; running it
// costs more than so many.
const maxGlobs = 8

// shapeOf returns the shape of a regular expression as matchers compile it, from the
// beginning to the end of the text; nil if it has none.
func shapeOf(re *syntax.Regexp) *shape {
	re, ok := bare(re)
	if !ok {
		return nil
	}
	if set, ok := expand(re); ok {
		slices.Sort(set)
		return &shape{values: slices.Compact(set)}
	}
	var s shaper
	globs, ok := s.globs(re)
	if !ok || s.lines && s.noLines {
		return nil
	}
	if !s.lines && slices.ContainsFunc(globs, glob.hasLines) {
		return nil
	}
	return &shape{globs: globs, lines: s.lines}
}

// bare takes the anchors away, if there is one at each end.
func bare(re *syntax.Regexp) (*syntax.Regexp, bool) {
	if re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginText || re.Sub[len(re.Sub)-1].Op != syntax.OpEndText {
		return nil, false
	}
	subs := re.Sub
	for len(subs) > 0 && subs[0].Op == syntax.OpBeginText {
		subs = subs[1:]
	}
	for len(subs) > 0 && subs[len(subs)-1].Op == syntax.OpEndText {
		subs = subs[:len(subs)-1]
	}
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: subs}, true
}

// matches reports whether the regular expression matches the value.
func (s *shape) matches(value string) bool {
	if s.values != nil {
		_, found := slices.BinarySearch(s.values, value)
		return found
	}
	for _, g := range s.globs {
		if g.matches(value) {
			return s.lines || strings.IndexByte(value, '\n') < 0
		}
	}
	return false
}

// matches takes each text where it comes first, which leaves the most for the others.
// A gap is counted in bytes: the text behind it cannot begin within a character.
func (g glob) matches(value string) bool {
	last := len(g.texts) - 1
	if last == 0 {
		return value == g.texts[0]
	}
	value, ok := strings.CutPrefix(value, g.texts[0])
	if !ok || !strings.HasSuffix(value, g.texts[last]) {
		return false
	}
	value = value[:len(value)-len(g.texts[last])]
	for i := 1; i < last; i++ {
		from := int(g.gaps[i-1])
		if from > len(value) {
			return false
		}
		at := strings.Index(value[from:], g.texts[i])
		if at < 0 {
			return false
		}
		value = value[from+at+len(g.texts[i]):]
	}
	return len(value) >= int(g.gaps[last-1])
}

func (g glob) hasLines() bool {
	return slices.ContainsFunc(g.texts, func(text string) bool { return strings.Contains(text, "\n") })
}

// shaper turns parts of an expression into globs, and notes what "anything" is.
type shaper struct{ lines, noLines bool }

func (s *shaper) globs(re *syntax.Regexp) ([]glob, bool) {
	if set, ok := expand(re); ok {
		return exactly(set)
	}
	switch re.Op {
	case syntax.OpCapture:
		return s.globs(re.Sub[0])
	case syntax.OpStar:
		return s.anything(re.Sub[0], 0)
	case syntax.OpPlus:
		return s.anything(re.Sub[0], 1)
	case syntax.OpQuest:
		set, ok := s.globs(re.Sub[0])
		return append(set, glob{texts: []string{""}}), ok && len(set) < maxGlobs
	case syntax.OpAlternate:
		return s.either(re.Sub)
	case syntax.OpConcat:
		return s.inTurn(re.Sub)
	default:
		return nil, false
	}
}

func exactly(set []string) ([]glob, bool) {
	if len(set) == 0 || len(set) > maxGlobs {
		return nil, false
	}
	globs := make([]glob, len(set))
	for i, text := range set {
		globs[i] = glob{texts: []string{text}}
	}
	return globs, true
}

func (s *shaper) anything(char *syntax.Regexp, least gap) ([]glob, bool) {
	s.lines = s.lines || char.Op == syntax.OpAnyChar
	s.noLines = s.noLines || char.Op == syntax.OpAnyCharNotNL
	known := char.Op == syntax.OpAnyChar || char.Op == syntax.OpAnyCharNotNL
	return []glob{{texts: []string{"", ""}, gaps: []gap{least}}}, known
}

func (s *shaper) either(subs []*syntax.Regexp) ([]glob, bool) {
	var all []glob
	for _, sub := range subs {
		set, ok := s.globs(sub)
		if !ok || len(all)+len(set) > maxGlobs {
			return nil, false
		}
		all = append(all, set...)
	}
	return all, true
}

func (s *shaper) inTurn(subs []*syntax.Regexp) ([]glob, bool) {
	heads := []glob{{texts: []string{""}}}
	for _, sub := range subs {
		tails, ok := s.globs(sub)
		if !ok || len(heads)*len(tails) > maxGlobs {
			return nil, false
		}
		var joined []glob
		for _, head := range heads {
			for _, tail := range tails {
				g, ok := head.then(tail)
				if !ok {
					return nil, false
				}
				joined = append(joined, g)
			}
		}
		heads = joined
	}
	return heads, true
}

// then is one glob behind the other. Two gaps with nothing in between are one, if it
// can be told in bytes how long it has to be.
func (g glob) then(o glob) (glob, bool) {
	last := len(g.texts) - 1
	middle := g.texts[last] + o.texts[0]
	if middle == "" && last > 0 && len(o.gaps) > 0 {
		least := g.gaps[last-1] + o.gaps[0]
		return glob{
			texts: slices.Concat(g.texts[:last], o.texts[1:]),
			gaps:  slices.Concat(g.gaps[:last-1], []gap{least}, o.gaps[1:]),
		}, least <= 1
	}
	return glob{
		texts: slices.Concat(g.texts[:last], []string{middle}, o.texts[1:]),
		gaps:  slices.Concat(g.gaps, o.gaps),
	}, true
}
