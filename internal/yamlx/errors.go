package yamlx

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Error is a problem at a place in a document.
type Error struct {
	Path string // such as `receivers[2] "team-b": webhook_configs[0]`; empty: the document itself
	Line int    // 0: the document is empty
	Err  error
}

// Error is one line: the path, the line, and the problem.
func (e *Error) Error() string {
	text := strings.ReplaceAll(e.Err.Error(), "\n", `\n`)
	if e.Line > 0 {
		text = fmt.Sprintf("line %d: %s", e.Line, text)
	}
	if e.Path != "" {
		text = e.Path + ": " + text
	}
	return text
}

// Unwrap returns the problem.
func (e *Error) Unwrap() error { return e.Err }

// Errors are the problems that decoding found, in the order of the document.
type Errors []*Error

// Error has one line for each problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, problem := range e {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, problem := range e {
		all[i] = problem
	}
	return all
}

// locate adds a place to an error, unless it knows the place of each of its
// problems.
func (p *place) locate(err error) Errors {
	if known, ok := errors.AsType[Errors](err); ok {
		return known
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return Errors{known}
	}
	// The URL that does not parse may hold a password, and so may the reason.
	if _, ok := errors.AsType[*url.Error](err); ok {
		err = errors.New("not a URL")
	}
	return Errors{{Path: p.path(), Line: p.line, Err: err}}
}

// At adds where it is to a problem with the value at a path such as
// "receivers[2].webhook_configs[0]", or with the deepest part of it that exists.
// Problems of which decoding knew the place keep it. A path has no keys with
// dots or brackets.
func (d *Document) At(path string, err error) Errors {
	if d.root == nil {
		return Errors{{Path: path, Err: err}}
	}
	p := d.root
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		next := p.find(step)
		if next == nil {
			break
		}
		p = next
	}
	return p.locate(err)
}
