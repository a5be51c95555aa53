package ctl

import (
	"context"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// alertAdd is "alert add".
type alertAdd struct {
	*tool
	labels      []string
	annotations []string
	generator   string
	start, end  time.Time
}

const alertAddHelp = `Add an alert.

Arguments are labels. If the first one has no = it is the name of the alert, so that these are the same:

  alert add alertname=foo node=bar
  alert add foo node=bar

An alert that is there already is reported again; with --end in the past it is over.`

func defineAlertAdd(t *tool, group parent) {
	c := &alertAdd{tool: t}
	cmd := t.command(group, "add", alertAddHelp, c.run)
	cmd.Flag("generator-url", "Address of what raises the alert.").StringVar(&c.generator)
	cmd.Flag("start", "When the alert started, such as 2006-01-02T15:04:05-07:00. Default: now.").SetValue(instant{"start", &c.start})
	cmd.Flag("end", "When the alert ends. Default: some time after the last report.").SetValue(instant{"end", &c.end})
	cmd.Flag("annotation", "An annotation, such as summary='disk is full'. May be repeated.").StringsVar(&c.annotations)
	cmd.Arg("labels", "The labels of the alert.").StringsVar(&c.labels)
}

func (c *alertAdd) run(ctx context.Context) error {
	labels, err := c.tool.labels(c.labels)
	if err != nil {
		return err
	}
	annotations, err := c.pairs(c.annotations)
	if err != nil {
		return err
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	added := []client.NewAlert{{
		Labels:       labels,
		Annotations:  annotations,
		StartsAt:     given(c.start),
		EndsAt:       given(c.end),
		GeneratorURL: c.generator,
	}}
	if err := daemon.AddAlerts(ctx, added); err != nil || !c.speaksJSON() {
		return err
	}
	return c.printJSON(added)
}
