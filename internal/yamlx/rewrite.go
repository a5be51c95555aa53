package yamlx

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Rewrite returns what a text in a document stands for. into is the type of the
// value that the text becomes: the outermost one, if types of strings decode
// themselves; any for what has no type. An error is a problem at the place of the
// text, and does not repeat the text.
type Rewrite func(text string, into reflect.Type) (string, error)

// Rewrite makes all values that are texts pass through r when they are decoded.
// Keys do not. What r returns is a text, too, whatever it looks like.
func (d *Document) Rewrite(r Rewrite) {
	if d.root != nil {
		d.root.doc.rewrite = r
	}
}

// target is the type that a text becomes which is decoded into out; nil if out is
// none that is made of a text.
func (d *decoder) target(out reflect.Value) reflect.Type {
	switch {
	case d.into != nil:
		return d.into
	case out.Kind() == reflect.String:
		return out.Type()
	}
	return nil
}

// scalar decodes a single value.
func (d *decoder) scalar(p *place, out reflect.Value) {
	into := d.target(out)
	if into == nil {
		into = out.Type()
	}
	known := len(d.problems)
	node := d.rewritten(p, into)
	if len(d.problems) > known {
		return
	}
	if err := setScalar(out, node); err != nil {
		d.problem(p, err)
	}
}

// rewritten returns the node of a place as it is after rewriting.
func (d *decoder) rewritten(p *place, into reflect.Type) *yaml.Node {
	value, _ := scalar(p.node)
	text, isText := value.(string)
	if !isText || p.doc.rewrite == nil {
		return p.node
	}
	other, err := p.doc.rewrite(text, into)
	switch {
	case err != nil:
		d.problem(p, err)
	case other != text:
		return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: other}
	}
	return p.node
}
