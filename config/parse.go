package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/inhibit"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// rawConfig is the file, its sections not yet decoded.
type rawConfig struct {
	Global            *yamlx.Raw   `yaml:"global"`
	Route             *yamlx.Raw   `yaml:"route"`
	InhibitRules      []*yamlx.Raw `yaml:"inhibit_rules"`
	Receivers         []*yamlx.Raw `yaml:"receivers"`
	Templates         []string     `yaml:"templates"`
	MuteTimeIntervals []*yamlx.Raw `yaml:"mute_time_intervals"`
	TimeIntervals     []*yamlx.Raw `yaml:"time_intervals"`
}

// parser collects a configuration and what is wrong with it.
type parser struct {
	options  Options
	doc      *yamlx.Document
	config   *Config
	problems []error
}

func (p *parser) problem(path string, err error) {
	p.problems = append(p.problems, p.doc.At(path, err))
}

func (p *parser) warn(path string, text fmt.Stringer) {
	p.config.Warnings = append(p.config.Warnings, fmt.Sprintf("%s: line %d: %s", path, p.doc.Line(path), text))
}

// decode reads the value at a path and reports whether it could.
func (p *parser) decode(path string, raw *yamlx.Raw, v any) bool {
	if err := raw.Decode(v); err != nil {
		p.problem(path, err)
		return false
	}
	return true
}

func (p *parser) parse(text []byte) (*Config, error) {
	doc, err := yamlx.Parse(text)
	if err != nil {
		return nil, err
	}
	p.doc = doc
	var raw rawConfig
	if err := doc.Decode(&raw); err != nil {
		return nil, err
	}
	p.sections(raw)
	if len(p.problems) == 0 {
		p.compile()
	}
	if err := errors.Join(p.problems...); err != nil {
		return nil, err
	}
	return p.config, nil
}

// sections decodes each section on its own, so that a problem in one does not
// hide those in others.
func (p *parser) sections(raw rawConfig) {
	c := p.config
	p.decode("global", raw.Global, &c.Global)
	if raw.Route.Null() {
		p.problems = append(p.problems, errors.New("no route provided in config"))
	} else {
		c.Route = new(dispatch.RouteConfig)
		p.decode("route", raw.Route, c.Route)
	}
	for i, r := range raw.InhibitRules {
		var rule inhibit.RuleConfig
		p.decode(fmt.Sprintf("inhibit_rules[%d]", i), r, &rule)
		c.InhibitRules = append(c.InhibitRules, rule)
	}
	for i, r := range raw.Receivers {
		c.Receivers = append(c.Receivers, p.receiver(fmt.Sprintf("receivers[%d]", i), r))
	}
	c.MuteTimeIntervals = p.intervals("mute_time_intervals", raw.MuteTimeIntervals)
	c.TimeIntervals = p.intervals("time_intervals", raw.TimeIntervals)
	c.Templates = make([]string, len(raw.Templates))
	for i, glob := range raw.Templates {
		c.Templates[i] = p.path(glob)
	}
}

func (p *parser) intervals(section string, raws []*yamlx.Raw) []timeinterval.Named {
	var list []timeinterval.Named
	for i, r := range raws {
		var n timeinterval.Named
		p.decode(fmt.Sprintf("%s[%d]", section, i), r, &n)
		list = append(list, n)
	}
	return list
}

// path resolves a path in the file.
func (p *parser) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.options.Dir, path)
}

// compile checks the sections against each other and makes them ready for use.
func (p *parser) compile() {
	c := p.config
	receivers := p.names("receivers", len(c.Receivers), func(i int) string { return c.Receivers[i].Name })
	p.compileIntervals()
	p.compileRules()

	tree, notices, err := dispatch.NewTree(c.Route, p.options.Syntax)
	for _, e := range unjoin(err) {
		if at, ok := errors.AsType[*dispatch.Error](e); ok {
			p.problem(at.Path, at.Err)
		} else {
			p.problem("route", e)
		}
	}
	for _, n := range notices {
		p.warn(n.Path, n.Notice)
	}
	c.Tree = tree
	p.checkRoute("route", c.Route, receivers)
}

// names checks that the names in a list are unique and returns them.
func (p *parser) names(section string, n int, name func(int) string) map[string]bool {
	seen := make(map[string]bool, n)
	for i := range n {
		if seen[name(i)] {
			p.problem(fmt.Sprintf("%s[%d]", section, i), fmt.Errorf("the name %q is not unique", name(i)))
		}
		seen[name(i)] = true
	}
	return seen
}

func (p *parser) compileIntervals() {
	c := p.config
	c.Intervals = make(timeinterval.Set)
	for _, section := range []struct {
		name string
		list []timeinterval.Named
	}{{"mute_time_intervals", c.MuteTimeIntervals}, {"time_intervals", c.TimeIntervals}} {
		for i, n := range section.list {
			path := fmt.Sprintf("%s[%d]", section.name, i)
			if _, taken := c.Intervals[n.Name]; taken {
				p.problem(path, fmt.Errorf("the name %q is not unique", n.Name))
			}
			c.Intervals[n.Name] = n.Intervals
		}
	}
}

func (p *parser) compileRules() {
	for i, rc := range p.config.InhibitRules {
		path := fmt.Sprintf("inhibit_rules[%d]", i)
		rule, notices, err := rc.Rule(p.options.Syntax)
		if err != nil {
			p.problem(path, err)
		}
		for _, n := range notices {
			p.warn(path, n)
		}
		p.config.Rules = append(p.config.Rules, rule)
	}
}

// checkRoute checks that what a route and its children name exists.
func (p *parser) checkRoute(path string, r *dispatch.RouteConfig, receivers map[string]bool) {
	if r == nil {
		return
	}
	if r.Receiver != "" && !receivers[r.Receiver] {
		p.problem(path+".receiver", fmt.Errorf("receiver %q is not defined", r.Receiver))
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"active_time_intervals", r.ActiveTimeIntervals}, {"mute_time_intervals", r.MuteTimeIntervals}} {
		for i, name := range list.names {
			if _, defined := p.config.Intervals[name]; !defined {
				p.problem(fmt.Sprintf("%s.%s[%d]", path, list.key, i), fmt.Errorf("time interval %q is not defined", name))
			}
		}
	}
	for i, child := range r.Routes {
		p.checkRoute(fmt.Sprintf("%s.routes[%d]", path, i), child, receivers)
	}
}

// unjoin returns the parts of an error made by errors.Join.
func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return slices.Clone(joined.Unwrap())
	}
	return []error{err}
}
