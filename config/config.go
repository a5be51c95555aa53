// Package config reads the configuration file. It is the roof of the house: the
// settings stand beside the code that obeys them, and here they are put
// together, checked against each other, and shown with their secrets hidden.
package config

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/inhibit"
	"github.com/tocsin-alerting/tocsin/internal/tracing"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// Default is the configuration that is used when there is no file: every alert
// is grouped by its name and printed.
//
//go:embed default.yml
var Default []byte

// Config is a configuration that was read and checked.
type Config struct {
	Global            Global                `yaml:"global"`
	Route             *dispatch.RouteConfig `yaml:"route"`
	InhibitRules      []inhibit.RuleConfig  `yaml:"inhibit_rules,omitempty"`
	Receivers         []Receiver            `yaml:"receivers,omitempty"`
	Templates         []string              `yaml:"templates"`
	MuteTimeIntervals []timeinterval.Named  `yaml:"mute_time_intervals,omitempty"`
	TimeIntervals     []timeinterval.Named  `yaml:"time_intervals,omitempty"`
	Tracing           *tracing.Config       `yaml:"tracing,omitempty"`
	EventRecorder     *EventRecorder        `yaml:"event_recorder,omitempty"`

	// What the sections above mean.
	Tree      *dispatch.Route  `yaml:"-"`
	Rules     []inhibit.Rule   `yaml:"-"`
	Intervals timeinterval.Set `yaml:"-"`
	// Warnings are about what is legal and probably not meant.
	Warnings []string `yaml:"-"`
	// Source is the text that was read.
	Source []byte `yaml:"-"`
	// Secrets tells apart what references in Source stand for: a hash, empty if
	// there are none.
	Secrets string `yaml:"-"`

	doc *yamlx.Document
}

// Global holds what applies where nothing else is said.
type Global struct {
	// ResolveTimeout is when an alert ends whose sender does not say.
	ResolveTimeout yamlx.Duration              `yaml:"resolve_timeout"`
	HTTPConfig     *commoncfg.HTTPClientConfig `yaml:"http_config,omitempty"`
	// Parts are the settings of the kinds that have some: pointers to structs,
	// in the order of the kinds.
	Parts []any `yaml:",inline"`

	kinds map[string]any // the same by the name of the kind
}

// defaultGlobal is a new value each time, since decoding writes into it.
func defaultGlobal(kinds []notify.Kind) Global {
	http := commoncfg.DefaultHTTPClientConfig
	g := Global{
		ResolveTimeout: yamlx.Duration(5 * time.Minute),
		HTTPConfig:     &http,
		kinds:          make(map[string]any),
	}
	for _, kind := range kinds {
		if part := kind.Globals(); part != nil {
			g.Parts = append(g.Parts, part)
			g.kinds[kind.Name] = part
		}
	}
	return g
}

// MarshalYAML shows the section as the file writes it, in one mapping.
func (g Global) MarshalYAML() (any, error) {
	all := &yaml.Node{Kind: yaml.MappingNode}
	own := struct {
		ResolveTimeout yamlx.Duration              `yaml:"resolve_timeout"`
		HTTPConfig     *commoncfg.HTTPClientConfig `yaml:"http_config,omitempty"`
	}{g.ResolveTimeout, g.HTTPConfig}
	for _, part := range append([]any{own}, g.Parts...) {
		var node yaml.Node
		if err := node.Encode(part); err != nil {
			return nil, err
		}
		all.Content = append(all.Content, node.Content...)
	}
	return all, nil
}

// Options says how a file is read.
type Options struct {
	Kinds  []notify.Kind // the integrations that there are
	Syntax alert.Syntax
	// Flags are the flags that are set without which there must not be entries
	// of some kinds.
	Flags []string
	// ExpandSecrets puts environment variables and files in the place of references
	// to them.
	ExpandSecrets bool
	// Dir is what relative paths in the file begin at.
	Dir string
	// Retention is how long is remembered what was told, for a warning; 0: not
	// known.
	Retention time.Duration
}

// Load reads a file. Errors name the file, the place in it and the problem; all
// that are found are reported together.
func Load(path string, o Options) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	o.Dir = filepath.Dir(path)
	c, err := Parse(text, o)
	if err != nil {
		return nil, fmt.Errorf("configuration %s is not valid:\n%w", path, err)
	}
	return c, nil
}

// Parse reads a text.
func Parse(text []byte, o Options) (*Config, error) {
	p := parser{options: o, config: &Config{Global: defaultGlobal(o.Kinds), Source: text}}
	return p.parse(text)
}

// String is the configuration in YAML with defaults filled in and secrets
// hidden.
func (c *Config) String() string {
	var text strings.Builder
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(c), enc.Close()); err != nil {
		return "# " + err.Error()
	}
	return text.String()
}

// Used returns the names of the receivers that a route names.
func (c *Config) Used() map[string]bool {
	used := make(map[string]bool)
	for r := range c.Tree.All() {
		used[r.Policy.Receiver] = true
	}
	return used
}
