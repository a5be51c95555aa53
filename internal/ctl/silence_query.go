package ctl

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceQuery is "silence query".
type silenceQuery struct {
	*tool
	matchers  []string
	expired   bool
	quiet     bool
	createdBy string
	ids       []string
	within    time.Duration
	limited   bool // within was given
}

const silenceQueryHelp = `List silences that are in force or will be.

An argument is a matcher that the silence must have, literally: node=bar finds silences of node=bar and not those of 'node=~b.*'. If the first one is no matcher it is the name of an alert.

With --within=8h those that end in the next 8 hours are listed, with --within=8h --expired those that have ended in the last 8 hours.`

func defineSilenceQuery(t *tool, group parent) {
	c := &silenceQuery{tool: t}
	cmd := t.command(group, "query", silenceQueryHelp, c.run).Default()
	cmd.Flag("expired", "List expired silences instead.").BoolVar(&c.expired)
	cmd.Flag("quiet", "Print nothing but the ids.").Short('q').BoolVar(&c.quiet)
	cmd.Flag("created-by", "List silences of this author.").StringVar(&c.createdBy)
	cmd.Flag("id", "List the silence with this id. May be repeated.").StringsVar(&c.ids)
	cmd.Flag("within", "List silences that end within a duration, or with --expired have ended.").
		PlaceHolder("DURATION").SetValue(duration{flag: "within", to: &c.within, set: &c.limited})
	cmd.Arg("matchers", "Which silences to list.").StringsVar(&c.matchers)
}

func (c *silenceQuery) run(ctx context.Context) error {
	wanted, err := c.tool.matchers(c.matchers)
	if err != nil {
		return err
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	found, err := daemon.Silences(ctx, filter(wanted))
	if err != nil {
		return err
	}
	now := c.Now()
	found = slices.DeleteFunc(found, func(s client.Silence) bool { return !c.wants(s, now) })
	return c.printSilences(found, c.quiet)
}

// wants reports whether the flags select a silence.
func (c *silenceQuery) wants(s client.Silence, now time.Time) bool {
	switch {
	case c.expired != (s.Status.State == client.Expired):
		return false
	case c.createdBy != "" && s.CreatedBy != c.createdBy:
		return false
	case len(c.ids) > 0 && !slices.Contains(c.ids, s.ID):
		return false
	case c.limited && c.expired:
		return !s.EndsAt.Before(now.Add(-c.within))
	case c.limited:
		return !s.EndsAt.After(now.Add(c.within))
	}
	return true
}
