package dispatch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/template"
)

// groupByAll in a list of label names stands for all labels.
const groupByAll = "..."

// RouteConfig is one node of the routing tree as the configuration file writes
// it. What is absent is inherited from the parent, except matchers, continue
// and time intervals.
type RouteConfig struct {
	Receiver            string                   `yaml:"receiver,omitempty"`
	GroupBy             LabelNames               `yaml:"group_by,omitempty,flow"`
	Match               map[string]string        `yaml:"match,omitempty"`
	MatchRE             map[string]*string       `yaml:"match_re,omitempty"`
	Matchers            []string                 `yaml:"matchers,omitempty"`
	MuteTimeIntervals   []string                 `yaml:"mute_time_intervals,omitempty"`
	ActiveTimeIntervals []string                 `yaml:"active_time_intervals,omitempty"`
	Continue            bool                     `yaml:"continue"`
	GroupWait           *yamlx.Duration          `yaml:"group_wait,omitempty"`
	GroupInterval       *yamlx.Duration          `yaml:"group_interval,omitempty"`
	RepeatInterval      *yamlx.Duration          `yaml:"repeat_interval,omitempty"`
	Labels              map[string]template.Text `yaml:"labels,omitempty"`
	// SendMutedResolved is ours: see notify.Policy.
	SendMutedResolved *bool `yaml:"send_muted_resolved,omitempty"`
	// SendUnseenResolved is ours: see notify.Policy.
	SendUnseenResolved *bool          `yaml:"send_unseen_resolved,omitempty"`
	Routes             []*RouteConfig `yaml:"routes,omitempty"`
}

// LabelNames is a list of label names; nil is not the same as empty: nil inherits
// the list of the parent, empty makes one group of everything.
type LabelNames []string

// IsZero makes an empty list be shown, so that what is shown means the same.
func (n LabelNames) IsZero() bool { return n == nil }

// What the root route waits if it does not say.
const (
	defaultGroupWait      = 30 * time.Second
	defaultGroupInterval  = 5 * time.Minute
	defaultRepeatInterval = 4 * time.Hour
)

// check returns what is wrong with one node, without its children.
func (c *RouteConfig) check(names alert.Names) error {
	for _, d := range []struct {
		key   string
		value *yamlx.Duration
	}{{"group_interval", c.GroupInterval}, {"repeat_interval", c.RepeatInterval}} {
		if d.value != nil && *d.value == 0 {
			return fmt.Errorf("%s cannot be zero", d.key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		if !names.Valid(name) {
			return fmt.Errorf("labels: invalid label name %q", name)
		}
	}
	return c.checkGroupBy(names)
}

func (c *RouteConfig) checkGroupBy(names alert.Names) error {
	seen := make(map[string]bool, len(c.GroupBy))
	for _, name := range c.GroupBy {
		switch {
		case name == groupByAll:
			continue
		case slices.Contains(c.GroupBy, groupByAll):
			return errors.New("group_by: cannot have the wildcard '...' and other labels at the same time")
		case !names.Valid(name):
			return fmt.Errorf("group_by: invalid label name %q", name)
		case seen[name]:
			return fmt.Errorf("group_by: duplicated label %q", name)
		}
		seen[name] = true
	}
	return nil
}

// checkRoot returns what a root route must not have, or lacks.
func (c *RouteConfig) checkRoot() error {
	switch {
	case c.Receiver == "":
		return errors.New("root route must specify a default receiver")
	case len(c.Match) > 0 || len(c.MatchRE) > 0 || len(c.Matchers) > 0:
		return errors.New("root route must not have any matchers")
	case len(c.MuteTimeIntervals) > 0:
		return errors.New("root route must not have any mute time intervals")
	case len(c.ActiveTimeIntervals) > 0:
		return errors.New("root route must not have any active time intervals")
	case c.Continue:
		return errors.New("cannot have continue in root route")
	}
	return nil
}
