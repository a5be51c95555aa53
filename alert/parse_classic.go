package alert

import (
	"strings"
	"unicode"
)

// parseClassic reads matchers that are separated by commas outside quotes. One
// brace at either end is ignored, even without its partner.
func parseClassic(input string) (Matchers, error) {
	s := scan(input)
	if strings.HasPrefix(s.rest(), "{") {
		s.pos++
	}
	if strings.HasSuffix(s.rest(), "}") {
		s.end--
	}
	var ms Matchers
	for strings.TrimSpace(s.rest()) != "" {
		piece := s.piece()
		m, err := piece.classicMatcher()
		if err != nil {
			return nil, err
		}
		ms = append(ms, m)
		s.pos = min(piece.end+1, s.end)
	}
	return ms, nil
}

func parseOneClassic(input string) (Matchers, error) {
	s := scan(input)
	m, err := s.classicMatcher()
	if err != nil {
		return nil, err
	}
	return Matchers{m}, nil
}

// piece is the part up to the next comma outside quotes. A backslash before
// the comma does not keep it.
func (s *scanner) piece() scanner {
	quoted := false
	for i := s.pos; i < s.end; i++ {
		switch s.input[i] {
		case '\\':
			if i+1 < s.end && s.input[i+1] != ',' {
				i++
			}
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return scanner{input: s.input, pos: s.pos, end: i}
			}
		}
	}
	return *s
}

func (s *scanner) classicMatcher() (*Matcher, error) {
	name, err := s.classicName()
	if err != nil {
		return nil, err
	}
	t, err := s.operator()
	if err != nil {
		return nil, err
	}
	s.skipBlanks()
	at := s.pos
	value, err := s.classicValue()
	if err != nil {
		return nil, err
	}
	return s.matcher(t, name, value, at)
}

func (s *scanner) classicName() (string, error) {
	s.skipBlanks()
	n := 0
	for n < len(s.rest()) && classicNameByte(s.rest()[n], n == 0) {
		n++
	}
	if n == 0 {
		return "", s.unexpected("a label name", "")
	}
	name := s.rest()[:n]
	s.pos += n
	return name, nil
}

func classicNameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == ':':
		return true
	default:
		return !first && c >= '0' && c <= '9'
	}
}

// classicValue takes all that is left: in quotes, or without any quote that
// has no backslash.
func (s *scanner) classicValue() (string, error) {
	text := strings.TrimRightFunc(s.rest(), unicode.IsSpace)
	body, quoted := strings.CutPrefix(text, `"`)
	start := s.pos + len(text) - len(body)
	quote := quoteIndex(body)
	switch {
	case quoted && quote < 0:
		return "", s.fail(s.pos, "no closing quote", `end the value with " and write \" for a quote inside it`)
	case quoted && quote < len(body)-1:
		return "", s.fail(start+quote+1, "text after the closing quote", `write \" for a quote inside a value`)
	case !quoted && quote >= 0:
		return "", s.fail(start+quote, "quote inside a value", `write \" for a quote inside a value`)
	case quoted:
		body = body[:quote]
	}
	return unescapeClassic(body), nil
}

// unescapeClassic decodes three escapes and leaves every other backslash as it
// is, since regular expressions are full of them.
func unescapeClassic(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(s)
}
