package alert

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

	re *regexp.Regexp // nil unless Type is a regexp
}

// NewMatcher returns a matcher, or the reason why the type or the regular
// expression is none. It does not check the name.
func NewMatcher(t MatchType, name, value string) (*Matcher, error) {
	m := &Matcher{Type: t, Name: name, Value: value}
	if t > MatchNotRegexp {
		return nil, fmt.Errorf("matcher %s: unknown type %d", m, t)
	}
	if t == MatchRegexp || t == MatchNotRegexp {
		re, err := regexp.Compile("^(?:" + value + ")$")
		if err != nil {
			return nil, fmt.Errorf("matcher %s: %w", m, err)
		}
		m.re = re
	}
	return m, nil
}

// Matches reports whether a value passes the test.
func (m *Matcher) Matches(value string) bool {
	switch m.Type {
	case MatchEqual:
		return value == m.Value
	case MatchNotEqual:
		return value != m.Value
	case MatchRegexp:
		return m.re.MatchString(value)
	default:
		return !m.re.MatchString(value)
	}
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
