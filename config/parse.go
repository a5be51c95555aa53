package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	commoncfg "github.com/prometheus/common/config"

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
	Tracing           *yamlx.Raw   `yaml:"tracing"`
	EventRecorder     *yamlx.Raw   `yaml:"event_recorder"`
}

// parser collects a configuration and what is wrong with it.
type parser struct {
	options  Options
	doc      *yamlx.Document
	config   *Config
	problems yamlx.Errors

	receivers names
	intervals names
}

// names are what routes may refer to.
type names struct {
	seen map[string]bool
	// partial says that a name could not be read, so that others may well refer
	// to one that is not in seen.
	partial bool
}

// add reports whether the name is new.
func (n *names) add(name string) bool {
	if n.seen == nil {
		n.seen = make(map[string]bool)
	}
	again := n.seen[name]
	n.seen[name] = true
	return !again
}

func (n *names) lacks(name string) bool { return !n.partial && !n.seen[name] }

// problem adds what is wrong at a path, each part of a joined error for itself.
func (p *parser) problem(path string, err error) {
	for _, e := range unjoin(err) {
		p.problems = append(p.problems, p.doc.At(path, e)...)
	}
}

func (p *parser) warn(path, text string) {
	p.config.Warnings = append(p.config.Warnings, p.doc.At(path, errors.New(text)).Error())
}

// decode reads the value at a path and reports whether it could.
func (p *parser) decode(path string, raw *yamlx.Raw, v any) bool {
	err := raw.Decode(v)
	if err != nil {
		p.problem(path, err)
	}
	return err == nil
}

func (p *parser) parse(text []byte) (*Config, error) {
	doc, err := yamlx.Parse(text)
	if err != nil {
		return nil, err
	}
	p.doc, p.config.doc = doc, doc
	outside := secrets{dir: p.options.Dir, values: make(map[string]string)}
	if p.options.ExpandSecrets {
		doc.Rewrite(outside.expand)
	}
	var raw rawConfig
	if err := doc.Decode(&raw); err != nil {
		p.problem("", err)
		p.receivers.partial = raw.Receivers == nil
		p.intervals.partial = raw.MuteTimeIntervals == nil || raw.TimeIntervals == nil
	}
	p.sections(raw)
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b *yamlx.Error) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.problems
	}
	p.checkRoutes()
	p.config.Secrets = outside.hash()
	return p.config, nil
}

// sections reads each section on its own, so that a problem in one does not hide
// those in others. Routes come last, since they refer to the others.
func (p *parser) sections(raw rawConfig) {
	c := p.config
	p.decode("global", raw.Global, &c.Global)
	if c.Global.HTTPConfig == nil {
		c.Global.HTTPConfig = defaultGlobal(nil).HTTPConfig
	}
	c.Global.HTTPConfig.SetDirectory(p.options.Dir)
	for _, part := range c.Global.Parts {
		if checks, ok := part.(interface{ Check() error }); ok {
			if err := checks.Check(); err != nil {
				p.problem("global", err)
			}
		}
	}
	c.InhibitRules = each("inhibit_rules", raw.InhibitRules, p.inhibitRule)
	c.Receivers = each("receivers", raw.Receivers, p.receiver)
	c.Templates = make([]string, len(raw.Templates))
	for i, glob := range raw.Templates {
		c.Templates[i] = commoncfg.JoinDir(p.options.Dir, glob)
	}
	c.Intervals = make(timeinterval.Set)
	c.MuteTimeIntervals = each("mute_time_intervals", raw.MuteTimeIntervals, p.interval)
	c.TimeIntervals = each("time_intervals", raw.TimeIntervals, p.interval)
	p.route(raw.Route)
	c.Tracing = p.tracing(raw.Tracing)
	c.EventRecorder = p.eventRecorder(raw.EventRecorder)
}

// each reads the items of a section. It leaves out those that read refuses.
func each[T any](section string, raws []*yamlx.Raw, read func(path string, raw *yamlx.Raw) (T, bool)) []T {
	list := make([]T, 0, len(raws))
	for i, raw := range raws {
		if item, ok := read(fmt.Sprintf("%s[%d]", section, i), raw); ok {
			list = append(list, item)
		}
	}
	return list
}

// inhibitRule reads a rule. One that is null has no matchers.
func (p *parser) inhibitRule(path string, raw *yamlx.Raw) (inhibit.RuleConfig, bool) {
	var rc inhibit.RuleConfig
	if !p.decode(path, raw, &rc) {
		return rc, false
	}
	rule, notices, err := rc.Rule(p.options.Syntax)
	if err != nil {
		p.problem(path, err)
	}
	for _, n := range notices {
		p.warn(path, n.String())
	}
	p.config.Rules = append(p.config.Rules, rule)
	return rc, true
}

// interval reads a named interval of either section. One that is null has no
// name by which a route could refer to it.
func (p *parser) interval(path string, raw *yamlx.Raw) (timeinterval.Named, bool) {
	var n timeinterval.Named
	if raw.Null() {
		p.warn(path, "ignoring an empty item")
		return n, false
	}
	if !p.decode(path, raw, &n) {
		p.intervals.partial = true
		return n, false
	}
	if !p.intervals.add(n.Name) {
		p.problem(path, fmt.Errorf("the name %q is not unique", n.Name))
	}
	p.config.Intervals[n.Name] = n.Intervals
	return n, true
}

// route reads the routing tree.
func (p *parser) route(raw *yamlx.Raw) {
	if raw.Null() {
		p.problems = append(p.problems, &yamlx.Error{Err: errors.New("no route provided in config")})
		return
	}
	root := new(dispatch.RouteConfig)
	p.config.Route = root
	if !p.decode("route", raw, root) {
		return
	}
	tree, notices, err := dispatch.NewTree(root, p.options.Syntax)
	for _, e := range unjoin(err) {
		if at, ok := errors.AsType[*dispatch.Error](e); ok {
			p.problem(at.Path, at.Err)
		} else {
			p.problem("route", e)
		}
	}
	for _, n := range notices {
		p.warn(n.Path, n.Notice.String())
	}
	p.config.Tree = tree
	for path, r := range nodes("route", root) {
		p.checkNames(path, r)
	}
}

// unjoin returns the parts of an error made by errors.Join, and of those that
// are such errors themselves.
func unjoin(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // an error that wraps a joined one has words of its own
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	var parts []error
	for _, e := range joined.Unwrap() {
		parts = append(parts, unjoin(e)...)
	}
	return parts
}
