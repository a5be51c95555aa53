// Package yamlx reads YAML strictly, in two steps where the type of a value
// depends on the key that it stands under, and says where a problem is.
package yamlx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Raw is a value that is decoded later, once its type is known, as strictly as
// the document it is part of.
type Raw struct {
	unmarshal func(any) error
}

// UnmarshalYAML keeps the value.
func (r *Raw) UnmarshalYAML(unmarshal func(any) error) error {
	r.unmarshal = unmarshal
	return nil
}

// Decode decodes the value into v. A null leaves v as it is.
func (r *Raw) Decode(v any) error {
	if r.Null() {
		return nil
	}
	return r.unmarshal(v)
}

// Null reports whether there is no value. Lists must have elements of type *Raw,
// since the decoder leaves out what is null in a list of Raw.
func (r *Raw) Null() bool { return r == nil || r.unmarshal == nil }

// Document is a YAML document in which places can be looked up.
type Document struct {
	text []byte
	root *yaml.Node // nil: empty
}

// Parse reads the first document of a text. An empty text is an empty document.
func Parse(text []byte) (*Document, error) {
	var root yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&root)
	switch {
	case errors.Is(err, io.EOF):
		return &Document{}, nil
	case err != nil:
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	case len(root.Content) == 0:
		return &Document{}, nil
	}
	return &Document{text: text, root: root.Content[0]}, nil
}

// Empty reports whether the document holds nothing.
func (d *Document) Empty() bool { return d.root == nil || d.root.Tag == "!!null" }

// Decode decodes the document into v. Unknown and repeated keys are errors. All
// errors are reported, each as "path: line N: problem".
func (d *Document) Decode(v any) error {
	if d.Empty() {
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(d.text))
	dec.KnownFields(true)
	return d.Explain(dec.Decode(v))
}

// Explain rewrites the errors of a decoder for those who write configuration
// files: it adds where they are and leaves out how the program calls things.
func (d *Document) Explain(err error) error {
	many, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return err
	}
	problems := make([]error, len(many.Errors))
	for i, text := range many.Errors {
		problems[i] = d.explain(text)
	}
	return errors.Join(problems...)
}

func (d *Document) explain(text string) error {
	line, problem := splitLine(text)
	problem = plain(problem)
	if line == 0 {
		return errors.New(problem)
	}
	problem = fmt.Sprintf("line %d: %s", line, problem)
	if path := d.pathAt(line); path != "" {
		problem = path + ": " + problem
	}
	return errors.New(problem)
}

// Lines of an error of yaml.v3 look like "line 3: field foo not found in type x.Y".
func splitLine(text string) (line int, problem string) {
	rest, found := strings.CutPrefix(text, "line ")
	number, rest, colon := strings.Cut(rest, ": ")
	if line, err := strconv.Atoi(number); found && colon && err == nil {
		return line, rest
	}
	return 0, text
}

var (
	unknownField = regexp.MustCompile(`^field (.*) not found in type \S+$`)
	wrongType    = regexp.MustCompile("^cannot unmarshal (!!\\S+)( `.*`)? into (\\S+)$")
	repeatedKey  = regexp.MustCompile(`^mapping key (".*") already defined at line (\d+)$`)
)

func plain(problem string) string {
	if m := unknownField.FindStringSubmatch(problem); m != nil {
		return fmt.Sprintf("unknown key %q", m[1])
	}
	if m := repeatedKey.FindStringSubmatch(problem); m != nil {
		return fmt.Sprintf("key %s is given twice, first in line %s", m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(problem); m != nil {
		return fmt.Sprintf("%s%s where %s is wanted", yamlType(m[1]), m[2], goType(m[3]))
	}
	return problem
}

func yamlType(tag string) string {
	switch tag {
	case "!!seq":
		return "a list"
	case "!!map":
		return "a mapping"
	case "!!str":
		return "text"
	case "!!int", "!!float":
		return "number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "nothing"
	}
	return tag
}

func goType(name string) string {
	switch {
	case strings.HasPrefix(name, "[]"):
		return "a list"
	case strings.HasPrefix(name, "map["):
		return "a mapping"
	case name == "bool":
		return "true or false"
	case strings.Contains(name, "int") || strings.Contains(name, "float"):
		return "a number"
	case strings.HasSuffix(name, "Duration"):
		return "a duration"
	case name == "string" || strings.HasSuffix(name, ".Secret") || strings.HasSuffix(name, ".Text"):
		return "text"
	}
	return "a mapping"
}
