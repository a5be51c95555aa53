package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

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

	path string // in the file
}

// Integration is one configured integration.
type Integration struct {
	Kind   string
	Index  int // among those of its kind
	Config notify.Config
}

// listSuffix makes the name of a kind the key of a list.
const listSuffix = "_configs"

// MarshalYAML shows the receiver as the file writes it.
func (r Receiver) MarshalYAML() (any, error) {
	lists := make(map[string][]notify.Config)
	for _, i := range r.Integrations {
		key := i.Kind + listSuffix
		lists[key] = append(lists[key], i.Config)
	}
	return struct {
		Name   string                     `yaml:"name"`
		Labels map[string]string          `yaml:"labels,omitempty"`
		Lists  map[string][]notify.Config `yaml:",inline"`
	}{r.Name, r.Labels, lists}, nil
}

// rawReceiver is a receiver whose integrations are not yet decoded.
type rawReceiver struct {
	Name   string                `yaml:"name"`
	Labels map[string]string     `yaml:"labels"`
	Lists  map[string]*yamlx.Raw `yaml:",inline"`
}

// receiver reads a receiver. One that is null has no name by which a route could
// refer to it.
func (p *parser) receiver(path string, raw *yamlx.Raw) (Receiver, bool) {
	if raw.Null() {
		p.warn(path, "ignoring an empty item")
		return Receiver{}, false
	}
	var rr rawReceiver
	readable := p.decode(path, raw, &rr)
	label, labeled := rr.Labels["name"]
	switch {
	case !readable && rr.Name == "":
		p.receivers.partial = true
	case rr.Name == "":
		p.problem(path, errors.New("missing name in receiver"))
	case !p.receivers.add(rr.Name):
		p.problem(path, fmt.Errorf("the name %q is not unique", rr.Name))
	case labeled && label != rr.Name:
		p.problem(path, fmt.Errorf("label name %q differs from the name of the receiver", label))
	}
	r := Receiver{Name: rr.Name, Labels: rr.Labels, path: path}
	for _, kind := range p.options.Kinds {
		key := kind.Name + listSuffix
		r.Integrations = append(r.Integrations, p.integrations(path+"."+key, kind, rr.Lists[key])...)
		delete(rr.Lists, key)
	}
	for _, key := range slices.Sorted(maps.Keys(rr.Lists)) {
		p.problem(path+"."+key, fmt.Errorf("unknown key %q", key))
	}
	return r, true
}

// around is what entries of a kind take from the rest of the file.
func (p *parser) around(kind notify.Kind) notify.Around {
	return notify.Around{
		Dir:    p.options.Dir,
		HTTP:   p.config.Global.HTTPConfig,
		Global: p.config.Global.kinds[kind.Name],
	}
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
		if kind.Flag != "" && !slices.Contains(p.options.Flags, kind.Flag) {
			p.problem(place, fmt.Errorf("%s%s are refused unless tocsin is started with --%s", kind.Name, listSuffix, kind.Flag))
			continue
		}
		c, err := kind.Decode(entry.Decode, p.around(kind))
		if err != nil {
			p.problem(place, err)
			continue
		}
		if t := c.AttemptTimeout(); t > 0 && t < time.Millisecond {
			p.warn(place, fmt.Sprintf("the timeout is %s; a number without a unit is nanoseconds", t))
		}
		list = append(list, Integration{Kind: kind.Name, Index: i, Config: c})
	}
	return list
}
