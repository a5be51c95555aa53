package yamlx

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxRepeated bounds the values that aliases repeat in one document, or a short
// text could unfold to more than there is memory.
const maxRepeated = 500_000

// shared is what the places of a document have in common.
type shared struct {
	left    int     // how many repeated values there may still be
	rewrite Rewrite // may be nil
}

// place is a value in a document and the way to it.
type place struct {
	up       *place // nil: the whole document
	key      string // if up is a mapping
	index    int    // if up is a list
	node     *yaml.Node
	line     int  // where people look for it: that of the key, if there is one
	repeated bool // by an alias
	doc      *shared
}

// path names the place: keys and indexes, with the names of list items that have
// one.
func (p *place) path() string {
	if p.up == nil {
		return ""
	}
	up := p.up.path()
	switch {
	case p.up.node.Kind == yaml.SequenceNode:
		return fmt.Sprintf("%s[%d]%s", up, p.index, p.name())
	case !simpleKey.MatchString(p.key):
		return fmt.Sprintf("%s[%q]", up, p.key)
	case up == "":
		return p.key
	case strings.HasSuffix(up, `"`):
		return up + ": " + p.key
	}
	return up + "." + p.key
}

var simpleKey = regexp.MustCompile(`^[\w<-]+$`)

// name is ` "name"` if the value is a mapping with a name.
func (p *place) name() string {
	if p.node.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		if key.Value == "name" && value.Kind == yaml.ScalarNode && value.Value != "" {
			return fmt.Sprintf(" %q", value.Value)
		}
	}
	return ""
}

// find returns the value under a key or index, nil if there is none.
func (p *place) find(step string) *place {
	if p.node.Kind == yaml.SequenceNode {
		return p.item(step)
	}
	children, _ := p.children()
	for _, c := range children {
		if c.key == step {
			return c
		}
	}
	return nil
}

// item returns the item at an index. It does not look at the others, of which
// there may be thousands.
func (p *place) item(index string) *place {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(p.node.Content) {
		return nil
	}
	c, err := p.child(p.node.Content[i], p.node.Content[i].Line)
	if err != nil {
		return nil
	}
	c.index = i
	return c
}

var (
	errContainsItself = errors.New("the value contains itself")
	errUnfolds        = errors.New("aliases repeat too many values")
	errUnfolded       = errors.New("said already that aliases repeat too much")
)

// child returns the place of a value in p, an alias followed.
func (p *place) child(node *yaml.Node, line int) (*place, error) {
	c := &place{up: p, node: node, line: line, repeated: p.repeated, doc: p.doc}
	if node.Kind == yaml.AliasNode {
		c.node, c.repeated = node.Alias, true
		for up := p; up != nil; up = up.up {
			if up.node == c.node {
				return nil, errContainsItself
			}
		}
	}
	if c.repeated {
		switch p.doc.left--; {
		case p.doc.left < 0:
			return nil, errUnfolded
		case p.doc.left == 0:
			return nil, errUnfolds
		}
	}
	return c, nil
}

// children returns the values of a list or mapping in their order, and what is
// wrong with the list or mapping itself.
func (p *place) children() ([]*place, Errors) {
	var f family
	switch p.node.Kind {
	case yaml.SequenceNode:
		for i, item := range p.node.Content {
			if c := f.add(p, item, item.Line); c != nil {
				c.index = i
			}
		}
	case yaml.MappingNode:
		f.mapping(p)
	}
	return f.children, f.problems
}

// family collects the children of a place.
type family struct {
	children []*place
	problems Errors
}

func (f *family) problem(p *place, line int, err error) {
	if !errors.Is(err, errUnfolded) {
		f.problems = append(f.problems, &Error{Path: p.path(), Line: line, Err: err})
	}
}

func (f *family) add(p *place, node *yaml.Node, line int) *place {
	c, err := p.child(node, line)
	if err != nil {
		f.problem(p, line, err)
		return nil
	}
	f.children = append(f.children, c)
	return c
}

// mapping adds the values of a mapping and then those that it merges, unless
// there is one of the same key.
func (f *family) mapping(p *place) {
	first := make(map[string]int) // the lines of the keys
	var merges []*yaml.Node
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		line := key.Line
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch earlier, again := first[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			f.problem(p, line, wrong("text as a key", key))
		case key.Value == "<<" && key.Style == 0:
			merges = append(merges, value)
		case again:
			f.problem(p, line, fmt.Errorf("key %q is given twice, first in line %d", key.Value, earlier))
		default:
			first[key.Value] = line
			if c := f.add(p, value, line); c != nil {
				c.key = key.Value
			}
		}
	}
	for _, value := range merges {
		f.merge(p, value, first)
	}
}

// merge adds what stands under the key <<: a mapping or a list of mappings, of
// which the earlier ones count.
func (f *family) merge(p *place, value *yaml.Node, taken map[string]int) {
	source, err := p.child(value, value.Line)
	if err != nil {
		f.problem(p, value.Line, err)
		return
	}
	source.key = "<<"
	switch source.node.Kind {
	case yaml.SequenceNode:
		for _, item := range source.node.Content {
			f.merge(source, item, taken)
		}
	case yaml.MappingNode:
		inherited, problems := source.children()
		f.problems = append(f.problems, problems...)
		for _, c := range inherited {
			if _, ok := taken[c.key]; !ok {
				taken[c.key] = c.line
				f.children = append(f.children, c)
			}
		}
	default:
		f.problem(p, value.Line, errors.New("<< wants a mapping or a list of mappings"))
	}
}
