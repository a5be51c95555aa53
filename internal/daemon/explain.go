package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

// explainer says what happens to alerts. It joins what its parts say of themselves.
type explainer struct{ d *Daemon }

// inquiry is one alert that is explained, by one generation.
type inquiry struct {
	d       *Daemon
	g       *generation
	alert   *alert.Alert
	now, at time.Time
}

// Explain explains an alert.
func (x explainer) Explain(ctx context.Context, q api.Question) (*explain.Answer, error) {
	i := inquiry{d: x.d, g: x.d.current.Load(), now: time.Now(), at: q.At}
	if i.at.IsZero() {
		i.at = i.now
	}
	found, known := x.find(q)
	if !known && q.Labels.Empty() {
		return nil, fmt.Errorf("%w: %s", api.ErrNoAlert, q.Fingerprint)
	}
	if i.alert = found; !known {
		i.alert = alert.New(q.Labels)
		i.alert.StartsAt, i.alert.UpdatedAt, i.alert.ReceivedAt = i.now, i.now, i.now
	}
	answer := i.g.config.Explain(i.alert.Labels, i.at)
	answer.Source, answer.Now, answer.NotKnown = explain.FromDaemon, explain.At(i.now), []string{}
	if !i.at.Equal(i.now) {
		answer.NotKnown = []string{"which alerts there are at that time, and what was told: they are taken as they are now, and so are inhibitions"}
	}
	if known {
		answer.Alert = shownAlert(i.alert, i.now)
	} else {
		answer.Similar, answer.LeftOut.Similar = i.similar()
	}
	answer.Inhibitions = i.inhibitions()
	var silences []explain.Silence
	silences, answer.LeftOut.Silences = i.silences()
	answer.Silences = append(answer.Silences, silences...)
	i.groups(answer)
	return answer, ctx.Err()
}

// find looks for the alert that is asked for.
func (x explainer) find(q api.Question) (*alert.Alert, bool) {
	if q.Labels.Empty() {
		return x.d.alerts.Get(q.Fingerprint)
	}
	a, known := x.d.alerts.Get(q.Labels.Fingerprint())
	return a, known && a.Labels == q.Labels
}

func shownAlert(a *alert.Alert, now time.Time) explain.Alert {
	shown := explain.Alert{
		Labels:      a.Labels.Map(),
		Fingerprint: a.Fingerprint().String(),
		State:       explain.Firing,
		StartsAt:    explain.At(a.StartsAt),
		EndsAt:      explain.At(a.EndsAt),
		UpdatedAt:   explain.At(a.UpdatedAt),
	}
	if a.ResolvedAt(now) {
		shown.State = explain.Resolved
	}
	return shown
}

// similar returns alerts that fire and have all the labels, and how many more there
// are.
func (i inquiry) similar() ([]explain.Alert, int) {
	var found []*alert.Alert
	for a := range i.d.alerts.All() {
		if !a.ResolvedAt(i.now) && hasAll(a.Labels, i.alert.Labels) {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b *alert.Alert) int { return cmp.Compare(a.Fingerprint(), b.Fingerprint()) })
	few := found[:min(len(found), explain.MostSimilar)]
	var shown []explain.Alert
	for _, a := range few {
		shown = append(shown, shownAlert(a, i.now))
	}
	return shown, len(found) - len(few)
}

func hasAll(l, wanted alert.Labels) bool {
	for name, value := range wanted.All() {
		if l.Get(name) != value {
			return false
		}
	}
	return true
}

func (i inquiry) inhibitions() []explain.Inhibition {
	rules := i.g.inhibitor.Explain(i.alert.Labels, i.now)
	shown := config.ExplainRules(rules)
	for n, r := range rules {
		if r.By != nil {
			by := shownAlert(r.By, i.now)
			shown[n].By = &by
		}
	}
	return shown
}

func (i inquiry) silences() ([]explain.Silence, int) {
	all := i.d.silences.Matching(i.alert.Labels, i.at)
	var shown []explain.Silence
	for _, s := range all[:min(len(all), explain.MostSilences)] {
		shown = append(shown, explain.Silence{
			ID:        s.ID,
			State:     string(s.StateAt(i.at)),
			Matchers:  config.ExplainMatchers(s.Matchers),
			StartsAt:  explain.At(s.StartsAt),
			EndsAt:    explain.At(s.EndsAt),
			CreatedBy: s.CreatedBy,
			Comment:   s.Comment,
		})
	}
	return shown, len(all) - len(shown)
}

// groups adds to the groups of an answer, which has one for each route that the alert
// takes, what is true of them now.
func (i inquiry) groups(answer *explain.Answer) {
	var outcomes []explain.Outcome
	for n, route := range i.g.config.Tree.Match(i.alert.Labels) {
		g := &answer.Groups[n]
		i.group(g, route, answer.Silences)
		outcomes = append(outcomes, g.Outcome)
	}
	answer.Outcome = explain.First(outcomes)
}

func (i inquiry) group(g *explain.Group, route *dispatch.Route, silences []explain.Silence) {
	q := notify.Question{
		Group:    route.Group(i.alert.Labels),
		Alert:    i.alert,
		Now:      i.now,
		At:       i.at,
		Interval: route.GroupInterval,
		Moments:  i.moments(route, silences),
	}
	standing, exists := i.d.dispatcher.Standing(route, i.alert.Labels)
	if exists {
		g.Exists, g.Member, g.Busy = true, standing.Member, standing.Busy
		q.Source, q.NextLook = standing.Source, standing.NextLook
	} else {
		q.NextLook = later(i.at, i.now).Add(route.GroupWait)
		q.NextLook = later(q.NextLook, i.d.dispatcher.Earliest())
	}
	if exists || !i.alert.ResolvedAt(i.now) {
		g.NextLook = explain.At(q.NextLook)
	}
	e := i.g.pipeline.Explain(q)
	g.Firing, g.Resolved = e.Firing, e.Resolved
	g.Quiet = []explain.Quiet{}
	for _, quiet := range e.Quiet {
		g.Quiet = append(g.Quiet, i.quiet(quiet, g.Intervals, silences))
	}
	i.integrations(g, e)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// moments are when something may end that keeps the alert quiet.
func (i inquiry) moments(route *dispatch.Route, silences []explain.Silence) []time.Time {
	var moments []time.Time
	for _, s := range silences {
		moments = append(moments, s.EndsAt.Time)
	}
	for _, name := range slices.Concat(route.Policy.ActiveIntervals, route.Policy.MuteIntervals) {
		at := i.at
		for range 2 { // a beginning and an end
			if at = i.g.config.Intervals.Change(name, at); at.IsZero() {
				break
			}
			moments = append(moments, at)
		}
	}
	return moments
}

// quiet shows what keeps the alert quiet, and until when.
func (i inquiry) quiet(q notify.Quiet, intervals []explain.Interval, silences []explain.Silence) explain.Quiet {
	shown := config.ExplainQuiet(q, intervals)
	for _, s := range silences {
		if shown.Cause == explain.BySilence && slices.Contains(q.By, s.ID) && s.EndsAt.After(shown.Until.Time) {
			shown.Until = s.EndsAt
		}
	}
	return shown
}

// integrations puts in the place of what the file says of integrations what is true
// of them.
func (i inquiry) integrations(g *explain.Group, e notify.Explanation) {
	var outcomes []explain.Outcome
	g.Integrations = []explain.Integration{}
	for _, s := range e.Integrations {
		shown := shownStatus(s)
		shown.Outcome = outcome(s, standpoint{
			quiet:    len(g.Quiet) > 0,
			member:   g.Member,
			resolved: i.alert.ResolvedAt(i.now),
		})
		outcomes = append(outcomes, shown.Outcome)
		g.Integrations = append(g.Integrations, shown)
	}
	g.Outcome = explain.First(outcomes)
}
