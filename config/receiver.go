package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Receiver is a name and the integrations that are told under it.
type Receiver struct {
	Name   string
	Labels map[string]string
	// Integrations come in the order of the kinds, and for each kind in that of
	// the file.
	Integrations []Integration
}

// Integration is one configured integration.
type Integration struct {
	Kind   string
	Index  int // among those of its kind
	Config notify.Config
}

// MarshalYAML shows the receiver as the file writes it.
func (r Receiver) MarshalYAML() (any, error) {
	node := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value any) error {
		var k, v yaml.Node
		if err := errors.Join(k.Encode(key), v.Encode(value)); err != nil {
			return err
		}
		node.Content = append(node.Content, &k, &v)
		return nil
	}
	if err := add("name", r.Name); err != nil {
		return nil, err
	}
	if len(r.Labels) > 0 {
		if err := add("labels", r.Labels); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(r.Integrations); {
		kind, list := r.Integrations[i].Kind, []notify.Config(nil)
		for ; i < len(r.Integrations) && r.Integrations[i].Kind == kind; i++ {
			list = append(list, r.Integrations[i].Config)
		}
		if err := add(kind+listSuffix, list); err != nil {
			return nil, err
		}
	}
	return node, nil
}

const listSuffix = "_configs"

// rawReceiver is a receiver whose integrations are not yet decoded.
type rawReceiver struct {
	Name   string                `yaml:"name"`
	Labels map[string]string     `yaml:"labels"`
	Lists  map[string]*yamlx.Raw `yaml:",inline"`
}

// receiver reads the receiver at a path.
func (p *parser) receiver(path string, raw *yamlx.Raw) Receiver {
	var rr rawReceiver
	if !p.decode(path, raw, &rr) {
		return Receiver{}
	}
	r := Receiver{Name: rr.Name, Labels: rr.Labels}
	switch label, given := rr.Labels["name"]; {
	case rr.Name == "":
		p.problem(path, errors.New("missing name in receiver"))
	case given && label != rr.Name:
		p.problem(path, fmt.Errorf("label name %q differs from the name of the receiver", label))
	}
	for _, kind := range p.options.Kinds {
		key := kind.Name + listSuffix
		r.Integrations = append(r.Integrations, p.integrations(path+"."+key, kind, rr.Lists[key])...)
		delete(rr.Lists, key)
	}
	for _, key := range slices.Sorted(maps.Keys(rr.Lists)) {
		p.problem(path+"."+key, fmt.Errorf("unknown key %q", key))
	}
	return r
}

// integrations reads a list of integrations of one kind.
func (p *parser) integrations(path string, kind notify.Kind, raw *yamlx.Raw) []Integration {
	var entries []*yamlx.Raw
	if !p.decode(path, raw, &entries) {
		return nil
	}
	list := make([]Integration, 0, len(entries))
	for i, entry := range entries {
		place := fmt.Sprintf("%s[%d]", path, i)
		if entry.Null() {
			p.problem(place, fmt.Errorf("missing %s config", kind.Name))
			continue
		}
		c, err := kind.Decode(entry.Decode)
		if err != nil {
			p.problem(place, err)
			continue
		}
		list = append(list, Integration{Kind: kind.Name, Index: i, Config: c})
	}
	return list
}
