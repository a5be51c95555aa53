package alert

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// MatcherConfig is how the configuration file writes a conjunction of matchers:
// as a list of expressions and, deprecated, as maps of values and of regular
// expressions. All that are given must match.
type MatcherConfig struct {
	// Prefix is what the keys of the three begin with: "source_" for
	// source_match, source_match_re and source_matchers.
	Prefix string
	// The names in the maps are classic ones in every syntax. A regular
	// expression that is nil is a mistake.
	Match    map[string]string
	MatchRE  map[string]*string
	Matchers []string
}

// Compile parses the matchers and sorts them. The error has everything that is
// wrong, each with its key; the notices are what the operator should be told.
func (c MatcherConfig) Compile(syntax Syntax) (Matchers, []*Notice, error) {
	var all Matchers
	var notices []*Notice
	var problems []error
	add := func(key string, ms Matchers, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("%s%s: %w", c.Prefix, key, err))
		}
		all = append(all, ms...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Match)) {
		ms, err := classicMatcher(MatchEqual, name, c.Match[name])
		add("match", ms, err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.MatchRE)) {
		ms, err := classicPattern(name, c.MatchRE[name])
		add("match_re", ms, err)
	}
	for i, input := range c.Matchers {
		ms, notice, err := syntax.Parse(input)
		add(fmt.Sprintf("matchers[%d]", i), ms, err)
		if notice != nil {
			notices = append(notices, notice)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, notices, err
	}
	all.Sort()
	return all, notices, nil
}

func classicPattern(name string, pattern *string) (Matchers, error) {
	if pattern == nil {
		return nil, fmt.Errorf("label %q: no regular expression given", name)
	}
	// The anchors are part of the value because group keys show them.
	return classicMatcher(MatchRegexp, name, "^(?:"+*pattern+")$")
}

func classicMatcher(t MatchType, name, value string) (Matchers, error) {
	if !NamesClassic.Valid(name) {
		return nil, fmt.Errorf("invalid label name %q", name)
	}
	m, err := NewMatcher(t, name, value)
	if err != nil {
		return nil, err
	}
	return Matchers{m}, nil
}
