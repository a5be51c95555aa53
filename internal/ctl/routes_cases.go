package ctl

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// routeCases is a file with tests of a routing tree.
type routeCases struct {
	Config string      `yaml:"config"` // the configuration, from the folder of the file; empty: a flag says
	Tests  []routeCase `yaml:"tests"`

	doc *yamlx.Document
}

// routeCase is one test: where alerts with these labels go.
type routeCase struct {
	Name   string            `yaml:"name"`
	Labels map[string]string `yaml:"labels"`
	// At is when, for time intervals; empty: now.
	At string `yaml:"at"`
	// Receivers are all that are told, in order; nil: Expect says it in full.
	Receivers []string           `yaml:"receivers"`
	Expect    []routeExpectation `yaml:"expect"`
}

// routeExpectation is what is expected of one route that an alert ends up at. What is
// nil does not matter.
type routeExpectation struct {
	Receiver       string            `yaml:"receiver"`
	Group          map[string]string `yaml:"group"`    // the labels of the group
	MutedBy        []string          `yaml:"muted_by"` // time intervals that keep it quiet then
	GroupWait      *yamlx.Duration   `yaml:"group_wait"`
	GroupInterval  *yamlx.Duration   `yaml:"group_interval"`
	RepeatInterval *yamlx.Duration   `yaml:"repeat_interval"`
}

// routing is what tests are run against.
type routing struct {
	root      *dispatch.Route
	intervals timeinterval.Set
}

// readCases reads a file with tests. The path of the configuration becomes one from
// the working directory.
func readCases(path string) (*routeCases, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--tests: %w", err)
	}
	cases := new(routeCases)
	if cases.doc, err = yamlx.Parse(text); err == nil {
		err = cases.doc.Decode(cases)
	}
	if err != nil {
		return nil, fmt.Errorf("--tests %s: %w", path, err)
	}
	if len(cases.Tests) == 0 {
		return nil, fmt.Errorf("--tests %s: there are no tests", path)
	}
	for i, c := range cases.Tests {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("--tests %s: %w", path, cases.at(i, err))
		}
	}
	if cases.Config != "" && !filepath.IsAbs(cases.Config) {
		cases.Config = filepath.Join(filepath.Dir(path), cases.Config)
	}
	return cases, nil
}

// at says of which test an error is.
func (c *routeCases) at(i int, err error) yamlx.Errors {
	return c.doc.At(fmt.Sprintf("tests[%d]", i), err)
}

func (c routeCase) check() error {
	if (c.Receivers == nil) == (c.Expect == nil) {
		return errors.New("write either receivers or expect")
	}
	for i, e := range c.Expect {
		if e.Receiver == "" {
			return fmt.Errorf("expect[%d]: receiver is missing", i)
		}
	}
	_, err := c.when(time.Time{})
	return err
}

// when is the time of the test.
func (c routeCase) when(now time.Time) (time.Time, error) {
	if c.At == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, c.At)
	if err != nil {
		return now, fmt.Errorf("at: %q is not a time such as 2006-01-02T15:04:05Z or 2006-01-02T15:04:05-07:00", c.At)
	}
	return at, nil
}

// run returns what is not as expected.
func (c routeCase) run(in routing, now time.Time) []error {
	at, err := c.when(now)
	if err != nil {
		return []error{err}
	}
	labels := alert.LabelsFromMap(c.Labels)
	found := in.root.Match(labels)
	var got []string
	for _, r := range found {
		got = append(got, r.Policy.Receiver)
	}
	want := c.Receivers
	for _, e := range c.Expect {
		want = append(want, e.Receiver)
	}
	if !slices.Equal(want, got) {
		return []error{fmt.Errorf("the receivers are %s, want %s", strings.Join(got, ", "), cmpOrNone(want))}
	}
	var problems []error
	for i, e := range c.Expect {
		for _, problem := range e.compare(found[i], labels, in.intervals, at) {
			problems = append(problems, fmt.Errorf("%s: %s", e.Receiver, problem))
		}
	}
	return problems
}

func cmpOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// compare says what is not as expected of a route.
func (e routeExpectation) compare(r *dispatch.Route, labels alert.Labels, set timeinterval.Set, at time.Time) []string {
	var problems []string
	differ := func(what, got, want string) {
		if got != want {
			problems = append(problems, fmt.Sprintf("%s is %s, want %s", what, got, want))
		}
	}
	if e.Group != nil {
		differ("group", groupLabels(r, labels).String(), alert.LabelsFromMap(withoutEmpty(e.Group)).String())
	}
	if e.MutedBy != nil {
		differ("muted_by", cmpOrNone(mutedBy(r, set, at)), cmpOrNone(e.MutedBy))
	}
	for _, d := range []struct {
		name string
		got  time.Duration
		want *yamlx.Duration
	}{
		{"group_wait", r.GroupWait, e.GroupWait},
		{"group_interval", r.GroupInterval, e.GroupInterval},
		{"repeat_interval", r.Policy.RepeatInterval, e.RepeatInterval},
	} {
		if d.want != nil {
			differ(d.name, yamlx.Duration(d.got).String(), d.want.String())
		}
	}
	return problems
}

// withoutEmpty leaves out labels that an alert cannot have.
func withoutEmpty(labels map[string]string) map[string]string {
	kept := maps.Clone(labels)
	maps.DeleteFunc(kept, func(_, value string) bool { return value == "" })
	return kept
}

// mutedBy are the time intervals that keep groups of a route quiet: the active ones, if
// it is outside all of them, or those that mute.
func mutedBy(r *dispatch.Route, set timeinterval.Set, at time.Time) []string {
	if active := r.Policy.ActiveIntervals; len(active) > 0 && len(set.Containing(active, at)) == 0 {
		return active
	}
	return slices.Compact(set.Containing(r.Policy.MuteIntervals, at))
}
