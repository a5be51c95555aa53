package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/inhibit"
	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Explain returns what the configuration alone says of an alert with these labels:
// its routes, the groups it would be in, the time intervals at a time, and the
// inhibition rules that have it as a target. What only a daemon knows is Unknown.
func (c *Config) Explain(l alert.Labels, at time.Time) *explain.Answer {
	a := &explain.Answer{
		Source:      explain.FromFile,
		At:          explain.At(at),
		Alert:       explain.Alert{Labels: l.Map(), Fingerprint: l.Fingerprint().String(), State: explain.Imagined},
		Silences:    []explain.Silence{},
		Inhibitions: ExplainRules(inhibit.Targeting(c.Rules, l)),
		NotKnown:    []string{"alerts, silences and what was told: a file does not have them"},
	}
	var outcomes []explain.Outcome
	for _, step := range c.Tree.Explain(l) {
		if step.Taken {
			g := c.explainGroup(step, l, at)
			a.Groups = append(a.Groups, g)
			outcomes = append(outcomes, g.Outcome)
		}
		if len(a.Routes) >= explain.MostRoutes && !step.Matches {
			a.LeftOut.Routes++
			continue
		}
		a.Routes = append(a.Routes, explainStep(step, l))
	}
	a.Outcome = explain.First(outcomes)
	return a
}

func explainStep(step dispatch.Step, l alert.Labels) explain.Route {
	r := explain.Route{
		Path:      step.Path,
		Receiver:  step.Route.Policy.Receiver,
		Continue:  step.Route.Continue,
		Result:    explain.Differs,
		Taken:     step.Taken,
		StoppedBy: step.StoppedBy,
		Tests:     []explain.Test{},
	}
	switch {
	case step.StoppedBy != "":
		r.Result = explain.Skipped
	case step.Matches:
		r.Result = explain.Matches
	}
	for _, t := range step.Tests {
		r.Tests = append(r.Tests, explain.Test{
			Matcher: t.Matcher.String(), Label: t.Matcher.Name, Value: l.Get(t.Matcher.Name), OK: t.OK,
		})
	}
	return r
}

func (c *Config) explainGroup(step dispatch.Step, l alert.Labels, at time.Time) explain.Group {
	route := step.Route
	group := route.Group(l)
	g := explain.Group{
		Outcome:        explain.Unknown,
		Route:          step.Path,
		Receiver:       route.Policy.Receiver,
		Key:            group.Key,
		ID:             group.Ref(),
		Labels:         group.Labels.Map(),
		GroupWait:      explain.In(route.GroupWait),
		GroupInterval:  explain.In(route.GroupInterval),
		RepeatInterval: explain.In(route.Policy.RepeatInterval),
		Quiet:          []explain.Quiet{},
		Intervals:      c.explainIntervals(route, at),
		Integrations:   c.explainIntegrations(route.Policy.Receiver),
	}
	for _, q := range notify.QuietByTime(group, c.Intervals, at) {
		g.Quiet = append(g.Quiet, ExplainQuiet(q, g.Intervals))
	}
	switch {
	case len(g.Integrations) == 0:
		g.Outcome = explain.Nothing
	case len(g.Quiet) > 0:
		g.Outcome = explain.Suppressed
	}
	return g
}

func (c *Config) explainIntervals(route *dispatch.Route, at time.Time) []explain.Interval {
	found := []explain.Interval{}
	add := func(names []string, active bool) {
		for _, name := range names {
			found = append(found, explain.Interval{
				Name:     name,
				Active:   active,
				Contains: len(c.Intervals.Containing([]string{name}, at)) > 0,
				Changes:  explain.At(c.Intervals.Change(name, at)),
			})
		}
	}
	add(route.Policy.ActiveIntervals, true)
	add(route.Policy.MuteIntervals, false)
	return found
}

func (c *Config) explainIntegrations(receiver string) []explain.Integration {
	found := []explain.Integration{}
	for _, r := range c.Receivers {
		if r.Name != receiver {
			continue
		}
		for _, in := range r.Integrations {
			found = append(found, explain.Integration{
				Name:         fmt.Sprintf("%s[%d]", in.Kind, in.Index),
				Outcome:      explain.Unknown,
				SendResolved: in.Config.SendsResolved(),
			})
		}
	}
	return found
}

// ExplainQuiet shows what keeps an alert quiet, and until when if time intervals do,
// which are those of its group.
func ExplainQuiet(q notify.Quiet, intervals []explain.Interval) explain.Quiet {
	shown := explain.Quiet{Cause: explain.Cause(q.Reason), By: q.By}
	var changes []explain.Time
	for _, i := range intervals {
		if slices.Contains(q.By, i.Name) && (shown.Cause == explain.ByActiveInterval) == i.Active {
			changes = append(changes, i.Changes)
		}
	}
	switch shown.Cause {
	case explain.ByActiveInterval:
		// The group speaks as soon as one of them begins.
		begins := slices.DeleteFunc(changes, func(t explain.Time) bool { return t.IsZero() })
		if len(begins) > 0 {
			shown.Until = slices.MinFunc(begins, compareTimes)
		}
	case explain.ByMuteInterval:
		// It speaks when all are over; some may be for a long time.
		lasting := slices.ContainsFunc(changes, func(t explain.Time) bool { return t.IsZero() })
		if len(changes) > 0 && !lasting {
			shown.Until = slices.MaxFunc(changes, compareTimes)
		}
	}
	return shown
}

func compareTimes(a, b explain.Time) int { return a.Compare(b.Time) }

// ExplainRules shows inhibition rules.
func ExplainRules(rules []inhibit.Applied) []explain.Inhibition {
	found := []explain.Inhibition{}
	for _, r := range rules {
		shown := explain.Inhibition{
			Rule:   r.Number,
			Name:   r.Rule.Name,
			Source: ExplainMatchers(r.Rule.Source),
			Target: ExplainMatchers(r.Rule.Target),
			Equal:  append([]string{}, r.Rule.Equal...),
		}
		found = append(found, shown)
	}
	return found
}

// ExplainMatchers shows matchers.
func ExplainMatchers(list alert.Matchers) []string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.String()
	}
	return texts
}
