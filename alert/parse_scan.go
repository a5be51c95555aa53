package alert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner reads the part input[pos:end] from left to right. Both syntaxes use
// it; errors point into the whole input.
type scanner struct {
	input    string
	pos, end int
}

func scan(input string) scanner { return scanner{input: input, end: len(input)} }

func (s *scanner) rest() string { return s.input[s.pos:s.end] }

func (s *scanner) skipBlanks() {
	s.pos = s.end - len(strings.TrimLeftFunc(s.rest(), unicode.IsSpace))
}

// accept skips blanks, and then the token if it comes next.
func (s *scanner) accept(token string) bool {
	s.skipBlanks()
	if !strings.HasPrefix(s.rest(), token) {
		return false
	}
	s.pos += len(token)
	return true
}

// operator tries the longer operators before their prefixes.
func (s *scanner) operator() (MatchType, error) {
	for _, t := range [...]MatchType{MatchRegexp, MatchNotEqual, MatchNotRegexp, MatchEqual} {
		if s.accept(t.String()) {
			return t, nil
		}
	}
	return 0, s.unexpected("one of = != =~ !~ after the label name", "")
}

// unexpected describes what comes next instead of what should.
func (s *scanner) unexpected(want, fix string) error {
	got := "end"
	if r, size := utf8.DecodeRuneInString(s.rest()); size > 0 {
		got = string(r)
	}
	return s.fail(s.pos, "unexpected "+got+", want "+want, fix)
}

func (s *scanner) fail(at int, what, fix string) error {
	return &syntaxError{input: s.input, at: at, what: what, fix: fix}
}

// matcher builds a matcher whose value begins at an offset.
func (s *scanner) matcher(t MatchType, name, value string, at int) (*Matcher, error) {
	m, err := NewMatcher(t, name, value)
	if err != nil {
		return nil, &syntaxError{input: s.input, at: at, err: err}
	}
	return m, nil
}

// quoteIndex finds the first double quote without a backslash, or -1.
func quoteIndex(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
