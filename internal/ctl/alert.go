package ctl

import (
	"cmp"
	"context"
	"slices"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

func alertCommands(t *tool) {
	group := t.group(t.app, "alert", "Look at alerts, or add one.")
	defineAlertQuery(t, group)
	defineAlertAdd(t, group)
}

// alertQuery is "alert query".
type alertQuery struct {
	*tool
	matchers []string
	query    client.AlertQuery
}

const alertQueryHelp = `List alerts.

An argument is a matcher: alertname=foo, node!=bar, 'alertname=~foo.*', 'node!~b.*'. All must match. If the first one is no matcher it is the name of the alert, so that these are the same:

  alert query alertname=foo node=bar
  alert query foo node=bar

If no flag names a state, active alerts are listed.`

func defineAlertQuery(t *tool, group parent) {
	c := &alertQuery{tool: t}
	cmd := t.command(group, "query", alertQueryHelp, c.run).Default()
	cmd.Flag("inhibited", "List inhibited alerts.").Short('i').BoolVar(&c.query.Inhibited)
	cmd.Flag("silenced", "List silenced alerts.").Short('s').BoolVar(&c.query.Silenced)
	cmd.Flag("active", "List active alerts.").Short('a').BoolVar(&c.query.Active)
	cmd.Flag("unprocessed", "List unprocessed alerts.").Short('u').BoolVar(&c.query.Unprocessed)
	cmd.Flag("receiver", "List alerts for receivers whose whole name matches this regular expression.").Short('r').StringVar(&c.query.Receiver)
	cmd.Arg("matchers", "Which alerts to list.").StringsVar(&c.matchers)
}

func (c *alertQuery) run(ctx context.Context) error {
	wanted, err := c.tool.matchers(c.matchers)
	if err != nil {
		return err
	}
	q := c.query
	if !q.Active && !q.Silenced && !q.Inhibited && !q.Unprocessed {
		q.Active = true
	}
	q.Filter = filter(wanted)
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	found, err := daemon.Alerts(ctx, q)
	if err != nil {
		return err
	}
	if c.output == asJSON {
		return c.printJSON(found)
	}
	slices.SortStableFunc(found, func(a, b client.Alert) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return c.printTable(c.alertTable(found))
}

// alertTable shows alerts as --output wants them.
func (t *tool) alertTable(alerts []client.Alert) *table {
	if t.output == extended {
		l := newTable("Labels", "Annotations", "Starts At", "Ends At", "Generator URL", "State")
		l.colour = stateColour(5)
		for _, a := range alerts {
			l.add(showLabels(a.Labels), showLabels(a.Annotations), t.date(a.StartsAt), t.date(a.EndsAt), a.GeneratorURL, a.Status.State)
		}
		return l
	}
	l := newTable("Alertname", "Starts At", "Summary", "State")
	l.colour = stateColour(3)
	for _, a := range alerts {
		l.add(a.Labels[alertName], t.date(a.StartsAt), a.Annotations["summary"], a.Status.State)
	}
	return l
}

// stateColour lets alerts stand out that somebody is told of.
func stateColour(column int) func(int, string) (colour, bool) {
	return func(c int, state string) (colour, bool) {
		switch {
		case c != column:
			return "", false
		case state == client.Active:
			return red, true
		}
		return yellow, true
	}
}
