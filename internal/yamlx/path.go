package yamlx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Line returns the line on which the value at a path such as
// "receivers[2].webhook_configs[0].url" begins, or that of the deepest part of
// the path that exists; 0 if the document is empty.
func (d *Document) Line(path string) int {
	node := d.root
	if node == nil {
		return 0
	}
	line := node.Line
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		key, value := child(node, step)
		if value == nil {
			break
		}
		node, line = value, key.Line
	}
	return line
}

// child returns the value under a key or index, and the node at whose line
// people look for it.
func child(node *yaml.Node, step string) (key, value *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i], node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Content) {
			return node.Content[i], node.Content[i]
		}
	}
	return nil, nil
}

// pathAt names the place that a line belongs to: the innermost list item or key
// with a mapping or list as its value that begins at or before the line.
func (d *Document) pathAt(line int) string {
	var b strings.Builder
	for node := d.root; node != nil; {
		step, next := enclosing(node, line)
		if next == nil || next.Kind == yaml.ScalarNode || next.Kind == yaml.AliasNode {
			break
		}
		if strings.HasPrefix(step, "[") {
			b.WriteString(step + named(next))
		} else {
			if b.Len() > 0 {
				b.WriteString(separator(b.String()))
			}
			b.WriteString(step)
		}
		node = next
	}
	return b.String()
}

// separator stands after a name in quotes, which no dot can follow.
func separator(path string) string {
	if strings.HasSuffix(path, `"`) {
		return ": "
	}
	return "."
}

// enclosing returns the last child that begins at or before the line.
func enclosing(node *yaml.Node, line int) (step string, next *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Line <= line {
				step, next = node.Content[i].Value, node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			if item.Line <= line {
				step, next = fmt.Sprintf("[%d]", i), item
			}
		}
	}
	return step, next
}

// named returns the name of a list item that has one, as ` "name"`.
func named(item *yaml.Node) string {
	if _, value := child(item, "name"); value != nil && value.Kind == yaml.ScalarNode {
		return fmt.Sprintf(" %q", value.Value)
	}
	return ""
}

// At adds where it is to a problem with the value at a path. Problems that a
// decoder found know their line themselves.
func (d *Document) At(path string, err error) error {
	if _, ok := errors.AsType[*yaml.TypeError](err); ok {
		return d.Explain(err)
	}
	return fmt.Errorf("%s: line %d: %w", d.show(path), d.Line(path), err)
}

// show writes a path as pathAt does, with the names of list items.
func (d *Document) show(path string) string {
	var b strings.Builder
	node := d.root
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		if node != nil {
			_, node = child(node, step)
		}
		switch _, err := strconv.Atoi(step); {
		case err == nil && node != nil:
			b.WriteString("[" + step + "]" + named(node))
		case err == nil:
			b.WriteString("[" + step + "]")
		case b.Len() > 0:
			b.WriteString(separator(b.String()) + step)
		default:
			b.WriteString(step)
		}
	}
	return b.String()
}
