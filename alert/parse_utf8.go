package alert

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseUTF8 reads
//
//	input    = [ "{" ] [ matcher { "," matcher } [ "," ] ] [ "}" ]   both braces or none
//	matcher  = text ( "=" | "!=" | "=~" | "!~" ) text
//	text     = a Go string in double quotes, or characters that are not reserved
//
// with blanks between all of these.
func parseUTF8(input string) (Matchers, error) {
	s := scan(input)
	braced := s.accept("{")
	ms, err := s.list()
	if err != nil {
		return nil, err
	}
	if braced && !s.accept("}") {
		return nil, s.unexpected("a comma or }", quoteFix(&s))
	}
	if s.skipBlanks(); s.rest() != "" {
		return nil, s.unexpected("a comma or the end", quoteFix(&s))
	}
	return ms, nil
}

// quoteFix is for what follows a value and could have been meant as a part of it.
func quoteFix(s *scanner) string {
	if s.rest() == "" || strings.HasPrefix(s.rest(), "}") {
		return "write both braces or none"
	}
	return "put a value with blanks or special characters into double quotes"
}

func parseOneUTF8(input string) (Matchers, error) {
	ms, err := parseUTF8(input)
	if err == nil && len(ms) != 1 {
		err = &syntaxError{
			input: input, what: fmt.Sprintf("%d matchers, want one", len(ms)),
			fix: "put a value with commas into double quotes",
		}
	}
	return ms, err
}

func (s *scanner) list() (Matchers, error) {
	var ms Matchers
	for {
		if s.skipBlanks(); s.rest() == "" || s.rest()[0] == '}' {
			return ms, nil
		}
		m, err := s.utf8Matcher()
		if err != nil {
			return nil, err
		}
		ms = append(ms, m)
		if !s.accept(",") {
			return ms, nil
		}
	}
}

func (s *scanner) utf8Matcher() (*Matcher, error) {
	name, err := s.text("a label name", "put a name with special characters into double quotes")
	if err != nil {
		return nil, err
	}
	t, err := s.operator()
	if err != nil {
		return nil, err
	}
	s.skipBlanks()
	at := s.pos
	value, err := s.text("a value", `put a value with special characters into double quotes, and write "" for an empty one`)
	if err != nil {
		return nil, err
	}
	return s.matcher(t, name, value, at)
}

func (s *scanner) text(want, fix string) (string, error) {
	s.skipBlanks()
	if strings.HasPrefix(s.rest(), `"`) {
		return s.quoted()
	}
	n := strings.IndexFunc(s.rest(), reserved)
	if n < 0 {
		n = len(s.rest())
	}
	if n == 0 {
		return "", s.unexpected(want, fix)
	}
	text := s.rest()[:n]
	s.pos += n
	return text, nil
}

// quoted reads a text that begins with a double quote.
func (s *scanner) quoted() (string, error) {
	start := s.pos
	n := quoteIndex(s.rest()[1:])
	if n < 0 {
		return "", s.fail(start, "no closing quote", `end the text with " and write \" for a quote inside it`)
	}
	s.pos += n + 2
	text, err := strconv.Unquote(s.input[start:s.pos])
	if err != nil {
		return "", s.fail(start, "bad escape or line break in quotes", `write \\ for a backslash and \n for a line break`)
	}
	if !utf8.ValidString(text) {
		return "", s.fail(start, "invalid UTF-8 in quotes", `write characters as they are or as \u and four digits`)
	}
	return text, nil
}
