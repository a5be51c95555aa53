package alert

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Syntax is the way in which matchers are written. It decides which label
// names are legal, too.
type Syntax uint8

const (
	// SyntaxFallback reads the classic and the UTF-8 syntax. Where both can
	// read a text and differ, the classic meaning counts, so that a
	// configuration written before UTF-8 names existed keeps its meaning.
	SyntaxFallback Syntax = iota
	// SyntaxUTF8 knows every name, and quotes as Go does.
	SyntaxUTF8
	// SyntaxClassic knows names of ASCII letters, digits, _ and : only, and
	// takes nearly everything as a value.
	SyntaxClassic
)

// Names are the label names that are legal beside matchers of this syntax.
func (s Syntax) Names() Names {
	if s == SyntaxClassic {
		return NamesClassic
	}
	return NamesUTF8
}

// Notice is what an operator should be told about matchers that were read in
// SyntaxFallback and will not be read the same way by the UTF-8 syntax alone.
type Notice struct {
	// Input is the text as it was given.
	Input string
	// Suggestion is the text rewritten so that the UTF-8 and the classic
	// syntax both read what was read now.
	Suggestion string
	// Disagree says that both syntaxes can read the input, with different
	// results. Otherwise only the classic one can.
	Disagree bool
}

// String is one sentence for a log.
func (n *Notice) String() string {
	switch {
	case n.Disagree && n.Suggestion == noMatchers:
		return fmt.Sprintf("%q has no matcher and so matches everything", n.Input)
	case n.Disagree:
		return fmt.Sprintf("%q is read in the classic matcher syntax and means something else in the UTF-8 syntax; "+
			"write %s, which has the present meaning in both", n.Input, n.Suggestion)
	default:
		return fmt.Sprintf("%q can only be read in the classic matcher syntax; write %s, which means the same in both",
			n.Input, n.Suggestion)
	}
}

// noMatchers is how the empty list is printed.
const noMatchers = "{}"

// Parse reads a list of zero or more matchers, with or without braces. The
// notice is nil unless an operator should be told something. An error names
// the input, the column in characters, and the remedy where there is one; if
// no syntax can read the input, it is the error of the classic one.
func (s Syntax) Parse(input string) (Matchers, *Notice, error) {
	return s.choose(input, parseUTF8, parseClassic)
}

// ParseOne reads exactly one matcher, without braces, as a filter of the API
// or an argument on a command line has it. The classic syntax takes a comma as
// part of the value. Notice and error are those of Parse.
func (s Syntax) ParseOne(input string) (*Matcher, *Notice, error) {
	if err := checkSingle(input); err != nil {
		return nil, nil, err
	}
	ms, notice, err := s.choose(input, parseOneUTF8, parseOneClassic)
	if err != nil {
		return nil, nil, err
	}
	return ms[0], notice, nil
}

func checkSingle(input string) error {
	const fix = "leave out the braces around a single matcher"
	switch {
	case input == "":
		return &syntaxError{input: input, what: "no matcher", fix: "write name=value"}
	case strings.HasPrefix(input, "{"):
		return &syntaxError{input: input, what: "unexpected {", fix: fix}
	case strings.HasSuffix(input, "}"):
		return &syntaxError{input: input, at: len(input) - 1, what: "unexpected }", fix: fix + ", and quote a value that ends with one"}
	}
	return nil
}

// choose reads the input with the parsers of the syntax and settles what they
// disagree about.
func (s Syntax) choose(input string, utf8Parser, classicParser func(string) (Matchers, error)) (Matchers, *Notice, error) {
	if err := checkEncoding(input); err != nil {
		return nil, nil, err
	}
	switch s {
	case SyntaxUTF8:
		ms, err := utf8Parser(input)
		return ms, nil, err
	case SyntaxClassic:
		ms, err := classicParser(input)
		return ms, nil, err
	}
	ms, err := utf8Parser(input)
	classic, classicErr := classicParser(input)
	switch {
	case classicErr != nil && err != nil:
		return nil, nil, classicErr
	case classicErr != nil:
		return ms, nil, nil
	case err == nil && sameMatchers(ms, classic):
		return ms, nil, nil
	}
	return classic, &Notice{Input: input, Suggestion: suggest(input, classic), Disagree: err == nil}, nil
}

func checkEncoding(input string) error {
	for i, r := range input {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(input[i:]); size == 1 {
			return &syntaxError{input: input, at: i, what: "invalid UTF-8"}
		}
	}
	return nil
}

// sameMatchers never calls two empty lists the same: a text without a matcher
// matches everything, which is rarely meant and deserves the notice.
func sameMatchers(a, b Matchers) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, (*Matcher).Same)
}

func suggest(input string, ms Matchers) string {
	text := ms.String()
	if len(ms) == 0 || strings.HasPrefix(input, "{") {
		return text
	}
	return text[1 : len(text)-1]
}

// syntaxError says where a text stops being matchers and how to mend it.
type syntaxError struct {
	input string
	at    int // offset in bytes of what is wrong
	what  string
	fix   string // may be empty
	err   error  // may be nil; instead of what
}

func (e *syntaxError) Error() string {
	what := e.what
	if e.err != nil {
		what = e.err.Error()
	}
	if e.fix != "" {
		what += "; " + e.fix
	}
	column := utf8.RuneCountInString(e.input[:e.at]) + 1
	return fmt.Sprintf("parse matchers %q: column %d: %s", e.input, column, what)
}

func (e *syntaxError) Unwrap() error { return e.err }
