package template

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// maxAliased bounds the nodes that aliases may repeat in one text, or a short
// text could unfold to more than there is memory.
const maxAliased = 100_000

// parseYAML reads the first document of a text by the rules of YAML 1.1,
// where yes is a boolean and 010 is eight. Keys that are no strings are
// dropped. It reports false if the text is not valid.
func parseYAML(text string) (value any, ok bool) {
	// The library panics where its own parser gets confused, and what stands
	// here comes from labels that anyone may have set.
	defer func() {
		if recover() != nil {
			value, ok = nil, false
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, false
	}
	if len(doc.Content) == 0 {
		return nil, true
	}
	root := doc.Content[0]
	// The tag "!" means text, but the library does not hand it out.
	if root.Kind == yaml.ScalarNode && root.Style == 0 && strings.HasPrefix(strings.TrimSpace(text), "!") {
		return text, true
	}
	d := yamlDecoder{within: make(map[*yaml.Node]bool)}
	return d.value(root)
}

type yamlDecoder struct {
	within  map[*yaml.Node]bool // anchors whose aliases are being followed
	aliased int                 // nodes seen while following aliases
}

func (d *yamlDecoder) value(n *yaml.Node) (any, bool) {
	if len(d.within) > 0 {
		if d.aliased++; d.aliased > maxAliased {
			return nil, false
		}
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return scalar(n)
	case yaml.SequenceNode:
		return d.list(n)
	case yaml.MappingNode:
		return d.mapping(n)
	case yaml.AliasNode:
		return d.alias(n.Alias)
	default:
		return nil, false
	}
}

// alias follows an alias unless its anchor contains it.
func (d *yamlDecoder) alias(anchor *yaml.Node) (any, bool) {
	if anchor == nil || d.within[anchor] {
		return nil, false
	}
	d.within[anchor] = true
	defer delete(d.within, anchor)
	return d.value(anchor)
}

func (d *yamlDecoder) list(n *yaml.Node) (any, bool) {
	list := make([]any, len(n.Content))
	for i, item := range n.Content {
		var ok bool
		if list[i], ok = d.value(item); !ok {
			return nil, false
		}
	}
	return list, true
}

func (d *yamlDecoder) mapping(n *yaml.Node) (any, bool) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !d.entry(m, n.Content[i], n.Content[i+1]) {
			return nil, false
		}
	}
	return m, true
}

func (d *yamlDecoder) entry(m map[string]any, keyNode, valueNode *yaml.Node) bool {
	key, ok := d.value(keyNode)
	if !ok {
		return false
	}
	value, ok := d.value(valueNode)
	if !ok {
		return false
	}
	if keyNode.Kind == yaml.ScalarNode && keyNode.Style == 0 && keyNode.Value == "<<" {
		return merge(m, value)
	}
	switch name := key.(type) {
	case string:
		m[name] = value
	case []any, map[string]any:
		return false
	}
	return true
}

// merge does what the key << asks for: copy one map, or several of which the
// first has precedence.
func merge(m map[string]any, value any) bool {
	switch v := value.(type) {
	case map[string]any:
		maps.Copy(m, v)
		return true
	case []any:
		for _, item := range slices.Backward(v) {
			if _, ok := item.(map[string]any); !ok || !merge(m, item) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

func scalar(n *yaml.Node) (any, bool) {
	if n.Style&yaml.TaggedStyle != 0 {
		return tagged(n.ShortTag(), n.Value)
	}
	if n.Style != 0 {
		return n.Value, true
	}
	return yamlx.Plain(n.Value), true
}

// tagged resolves a scalar with an explicit tag. Tags that are not known mean
// text.
func tagged(tag, text string) (any, bool) {
	value := yamlx.Plain(text)
	var ok bool
	switch tag {
	case "!!null":
		ok = value == nil
	case "!!bool":
		_, ok = value.(bool)
	case "!!int":
		switch value.(type) {
		case int64, uint64:
			ok = true
		}
	case "!!float":
		switch v := value.(type) {
		case int64:
			value, ok = float64(v), true
		case uint64:
			value, ok = float64(v), true
		case float64:
			ok = true
		}
	case "!!binary":
		bytes, err := base64.StdEncoding.DecodeString(text)
		value, ok = string(bytes), err == nil
	default:
		value, ok = text, true
	}
	return value, ok
}
