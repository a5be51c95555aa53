package alert

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"
)

// MatchType is the comparison that a matcher makes.
type MatchType uint8

// The comparisons, in the order in which matchers are sorted.
const (
	MatchEqual MatchType = iota
	MatchNotEqual
	MatchRegexp
	MatchNotRegexp
)

// String is the operator as it is written.
func (t MatchType) String() string {
	if t > MatchNotRegexp {
		return "?"
	}
	return [...]string{"=", "!=", "=~", "!~"}[t]
}

// Matcher is one test on one label. A label that is missing counts as the
// empty string. Regular expressions are RE2 and must match the whole value.
type Matcher struct {
	Type  MatchType
	Name  string
	Value string

	shape *shape         // nil unless Type is a regexp and that is simple
	re    *regexp.Regexp // nil unless Type is a regexp and that is not
	// required are texts of which every value that re matches has one in it; nil if
	// there are none that are worth to look for. To look is faster than to match.
	required []string
	heads    []string // see headsOf

	asked *atomic.Int64 // see CountIn
}

// NewMatcher returns a matcher, or the reason why the type or the regular
// expression is none. It does not check the name.
func NewMatcher(t MatchType, name, value string) (*Matcher, error) {
	m := &Matcher{Type: t, Name: name, Value: value}
	if t > MatchNotRegexp {
		return nil, fmt.Errorf("matcher %s: unknown type %d", m, t)
	}
	if t == MatchRegexp || t == MatchNotRegexp {
		if err := m.compile(); err != nil {
			return nil, fmt.Errorf("matcher %s: %w", m, err)
		}
	}
	return m, nil
}

// compile reads the regular expression. One that is simple is not made ready to run.
func (m *Matcher) compile() error {
	expr := "^(?:" + m.Value + ")$"
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return err
	}
	m.required = required(m.Value)
	if m.Type == MatchRegexp {
		if re, whole := bare(parsed); whole {
			m.heads = headsOf(re)
		}
	}
	if m.shape = shapeOf(parsed); m.shape == nil {
		m.re, err = regexp.Compile(expr)
	}
	return err
}

// Matches reports whether a value passes the test.
func (m *Matcher) Matches(value string) bool {
	if m.asked != nil {
		m.asked.Add(1)
	}
	switch m.Type {
	case MatchEqual:
		return value == m.Value
	case MatchNotEqual:
		return value != m.Value
	case MatchRegexp:
		return m.matchesText(value)
	default:
		return !m.matchesText(value)
	}
}

// matchesText reports whether the regular expression matches.
func (m *Matcher) matchesText(value string) bool {
	if m.shape != nil {
		return m.shape.matches(value)
	}
	if len(m.required) == 1 && !strings.Contains(value, m.required[0]) {
		return false
	}
	return m.re.MatchString(value)
}

// Pairs returns packed pairs, as Labels.Pairs yields them, of which every label
// set that m accepts has one; nil if there are no such few pairs.
func (m *Matcher) Pairs() []string {
	if d := demandOf(m); d.kind == demandsPair {
		return d.keys
	}
	return nil
}

// Same reports whether two matchers are the same test, literally.
func (m *Matcher) Same(o *Matcher) bool {
	return m.Type == o.Type && m.Name == o.Name && m.Value == o.Value
}

// String prints the matcher as group keys show it and as every Syntax reads it
// back, except for names that only UTF-8 modes know and for an empty name,
// which group keys do not quote.
func (m *Matcher) String() string {
	if strings.ContainsFunc(m.Name, reserved) {
		return strconv.Quote(m.Name) + m.Type.String() + strconv.Quote(m.Value)
	}
	return m.Name + m.Type.String() + `"` + escapeValue(m.Value) + `"`
}

func escapeValue(s string) string {
	if !strings.ContainsAny(s, "\\\n\"") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(s)
}

// reserved reports whether a rune must be quoted in a name or value.
func reserved(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("{}!=~,\\\"'`", r)
}

// Matchers is a conjunction: all must match. The empty list matches everything.
type Matchers []*Matcher

// Match reports whether all matchers accept the labels.
func (ms Matchers) Match(l Labels) bool {
	for _, m := range ms {
		if !m.Matches(l.Get(m.Name)) {
			return false
		}
	}
	return true
}

// Sort orders the matchers by name, value and operator, as group keys do.
func (ms Matchers) Sort() {
	slices.SortStableFunc(ms, func(a, b *Matcher) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Type, b.Type))
	})
}

// String prints {a="1",b!="2"}: the matchers in the order they have.
func (ms Matchers) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range ms {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(m.String())
	}
	b.WriteByte('}')
	return b.String()
}
