package yamlx

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// unmarshaler is a type that decodes itself.
type unmarshaler interface {
	UnmarshalYAML(unmarshal func(any) error) error
}

// decoder puts values of a document into Go values and collects problems.
type decoder struct {
	problems Errors
	// into is the type of a text that is decoding itself, if that is under way.
	into reflect.Type
}

func (d *decoder) problem(p *place, err error) { d.problems = append(d.problems, p.locate(err)...) }

// children returns the values of a list or mapping, nil if p is not what is
// wanted.
func (d *decoder) children(p *place, kind yaml.Kind, wanted string) ([]*place, bool) {
	if p.node.Kind != kind {
		d.problem(p, wrong(wanted, p.node))
		return nil, false
	}
	children, problems := p.children()
	d.problems = append(d.problems, problems...)
	return children, true
}

// value decodes into out, which must be addressable.
func (d *decoder) value(p *place, out reflect.Value) {
	if v, ok := scalar(p.node); ok && v == nil {
		out.SetZero()
		return
	}
	switch v := out.Addr().Interface().(type) {
	case *Raw:
		v.place = p
		return
	case unmarshaler:
		into := d.target(out)
		if err := v.UnmarshalYAML(func(v any) error { return decode(p, v, into) }); err != nil {
			d.problem(p, err)
		}
		return
	}
	switch out.Kind() {
	case reflect.Pointer:
		d.pointer(p, out)
	case reflect.Struct:
		d.structure(p, out)
	case reflect.Map:
		d.mapping(p, out)
	case reflect.Slice:
		d.list(p, out)
	case reflect.Interface:
		out.Set(reflect.ValueOf(d.free(p)))
	default:
		d.scalar(p, out)
	}
}

func (d *decoder) pointer(p *place, out reflect.Value) {
	fresh := reflect.New(out.Type().Elem())
	if !out.IsNil() {
		fresh.Elem().Set(out.Elem())
	}
	d.value(p, fresh.Elem())
	out.Set(fresh)
}

func (d *decoder) list(p *place, out reflect.Value) {
	children, ok := d.children(p, yaml.SequenceNode, "a list")
	if !ok {
		return
	}
	fresh := reflect.MakeSlice(out.Type(), len(children), len(children))
	for i, c := range children {
		d.value(c, fresh.Index(i))
	}
	out.Set(fresh)
}

func (d *decoder) mapping(p *place, out reflect.Value) {
	children, ok := d.children(p, yaml.MappingNode, "a mapping")
	if !ok {
		return
	}
	out.Set(reflect.MakeMapWithSize(out.Type(), len(children)))
	for _, c := range children {
		d.entry(c, out)
	}
}

// entry adds a value to a map with keys of a string type.
func (d *decoder) entry(c *place, out reflect.Value) {
	value := reflect.New(out.Type().Elem()).Elem()
	d.value(c, value)
	out.SetMapIndex(reflect.ValueOf(c.key).Convert(out.Type().Key()), value)
}

func (d *decoder) structure(p *place, out reflect.Value) {
	children, ok := d.children(p, yaml.MappingNode, "a mapping")
	if !ok {
		return
	}
	f := fields{named: make(map[string]reflect.Value)}
	f.of(out)
	for _, c := range children {
		field, known := f.named[c.key]
		switch {
		case known:
			d.value(c, field)
		case f.rest.IsValid():
			if f.rest.IsNil() {
				f.rest.Set(reflect.MakeMap(f.rest.Type()))
			}
			d.entry(c, f.rest)
		default:
			d.problems = append(d.problems, &Error{Path: p.path(), Line: c.line, Err: fmt.Errorf("unknown key %q", c.key)})
		}
	}
}

// fields are where the keys of a struct go.
type fields struct {
	named map[string]reflect.Value
	rest  reflect.Value // a map for all other keys, if there is one
}

func (f *fields) of(s reflect.Value) {
	for i := range s.NumField() {
		field := s.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch inline := strings.Contains(options, "inline"); {
		case name == "-":
		case inline && field.Type.Kind() == reflect.Struct:
			f.of(s.Field(i))
		case inline && field.Type.Kind() == reflect.Slice:
			for _, part := range s.Field(i).Seq2() {
				f.of(part.Elem().Elem())
			}
		case inline:
			f.rest = s.Field(i)
		case name == "":
			f.named[strings.ToLower(field.Name)] = s.Field(i)
		default:
			f.named[name] = s.Field(i)
		}
	}
}

// free decodes a value of any type: map[string]any, []any, string, bool, int64,
// uint64, float64 or nil.
func (d *decoder) free(p *place) any {
	children, problems := p.children()
	d.problems = append(d.problems, problems...)
	switch p.node.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(children))
		for _, c := range children {
			m[c.key] = d.free(c)
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(children))
		for i, c := range children {
			list[i] = d.free(c)
		}
		return list
	}
	v, _ := scalar(d.rewritten(p, reflect.TypeFor[any]()))
	return v
}

// wrong says that a value is of another sort than wanted.
func wrong(wanted string, node *yaml.Node) error {
	hint := ""
	switch value, ok := scalar(node); {
	case !ok && node.Style&yaml.FlowStyle != 0 && strings.HasPrefix(wanted, "text"):
		hint = "; put quotes around text that begins with { or ["
	case ok && quoted(node) && sort(value) == "text" && sort(Plain(node.Value)) == wanted:
		hint = "; leave out the quotes"
	}
	return errors.New("want " + wanted + ", not " + sortOf(node) + hint)
}
