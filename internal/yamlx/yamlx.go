// Package yamlx reads YAML as configuration files in use are written: strictly,
// by the rules of version 1.1 for what a value without quotes means, in two
// steps where the type of a value depends on the key that it stands under. It
// says where every problem is, and does not repeat values, which may be secrets.
//
// The library underneath knows the syntax; what a text without quotes means and
// how values get into Go types is decided here.
package yamlx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// Raw is a value that is decoded later, once its type is known.
type Raw struct {
	place *place
}

// Decode decodes the value into v, as Document.Decode does. A value that is
// absent or null leaves v as it is.
func (r *Raw) Decode(v any) error {
	if r.Null() {
		return nil
	}
	return decode(r.place, v, nil)
}

// Null reports whether there is no value. Fields and elements should have the
// type *Raw, which is nil where the document says null.
func (r *Raw) Null() bool { return r == nil || r.place == nil }

// Document is a YAML document in which places can be looked up. It is not safe
// for concurrent use.
type Document struct {
	root *place // nil: empty
}

// Parse reads the first document of a text. A text without a value is an empty
// document.
func Parse(text []byte) (doc *Document, err error) {
	// The library panics where its own parser gets confused.
	defer func() {
		if recover() != nil {
			doc, err = nil, errors.New("not valid YAML")
		}
	}()
	var file yaml.Node
	switch err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&file); {
	case errors.Is(err, io.EOF):
		return &Document{}, nil
	case err != nil:
		return nil, syntaxError(text, err)
	case len(file.Content) == 0:
		return &Document{}, nil
	}
	root := file.Content[0]
	if value, ok := scalar(root); ok && value == nil {
		return &Document{}, nil
	}
	return &Document{root: &place{node: root, line: root.Line, doc: &shared{left: maxRepeated}}}, nil
}

var unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)

// syntaxError rewrites what the library says. The name of an anchor that does
// not exist may be a password that begins with an asterisk.
func syntaxError(text []byte, err error) error {
	problem := strings.TrimPrefix(err.Error(), "yaml: ")
	if where, found := strings.CutSuffix(problem, "found character that cannot start any token"); found {
		return errors.New(where + "found a character that no value begins with; indent with spaces, not tabs, and put quotes around text that begins with @, % or `")
	}
	m := unknownAnchor.FindStringSubmatch(problem)
	if m == nil {
		return errors.New(problem)
	}
	before, _, _ := bytes.Cut(text, []byte("*"+m[1]))
	line := 1 + bytes.Count(before, []byte("\n"))
	return fmt.Errorf("line %d: there is no anchor of the name after *; put quotes around text that begins with *", line)
}

// Empty reports whether the document holds nothing.
func (d *Document) Empty() bool { return d.root == nil }

// Decode decodes the document into what v points to, which keeps what the
// document does not mention. Null makes a value the zero value of its type. Keys
// are those of yaml struct tags; keys that are unknown or repeated are problems.
// Maps and what pointers point to are made anew, so that defaults can be shared.
//
// Besides structs and maps a field of type []any can be inline: its elements are
// pointers to structs whose keys belong to the same mapping.
//
// A type with a method UnmarshalYAML(func(any) error) error decodes itself,
// unless the value is null.
//
// All problems are reported, as Errors; what has no problem is decoded anyhow.
func (d *Document) Decode(v any) error {
	if d.Empty() {
		return nil
	}
	return decode(d.root, v, nil)
}

// decode decodes into what v points to; see decoder.into.
func decode(p *place, v any, into reflect.Type) error {
	d := decoder{into: into}
	d.value(p, reflect.ValueOf(v).Elem())
	if len(d.problems) > 0 {
		return d.problems
	}
	return nil
}
