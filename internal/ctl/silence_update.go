package ctl

import (
	"context"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceUpdate is "silence update".
type silenceUpdate struct {
	*tool
	ids        []string
	quiet      bool
	comment    string
	duration   time.Duration
	lasting    bool // duration was given
	start, end time.Time
}

const silenceUpdateHelp = `Change silences, each by its id, and print what became of them.

A change of what has happened already, such as of the start of a silence in force, makes a new silence with a new id.`

func defineSilenceUpdate(t *tool, group parent) {
	c := &silenceUpdate{tool: t}
	cmd := t.command(group, "update", silenceUpdateHelp, c.run)
	cmd.Flag("quiet", "Print nothing but the ids.").Short('q').BoolVar(&c.quiet)
	cmd.Flag("duration", "How long the silence lasts from its start.").Short('d').
		SetValue(duration{flag: "duration", to: &c.duration, set: &c.lasting, positive: true})
	cmd.Flag("start", "When the silence starts, such as 2006-01-02T15:04:05-07:00.").SetValue(instant{"start", &c.start})
	cmd.Flag("end", "When the silence ends, whatever its duration.").SetValue(instant{"end", &c.end})
	cmd.Flag("comment", "Why the silence is set.").Short('c').StringVar(&c.comment)
	cmd.Arg("ids", "The silences to change.").StringsVar(&c.ids)
}

func (c *silenceUpdate) run(ctx context.Context) error {
	if len(c.ids) == 0 {
		return errNoSilences
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	updated := []client.Silence{}
	for _, id := range c.ids {
		s, failed := c.update(ctx, daemon, id)
		if failed != nil {
			err = aboutSilence(id, failed)
			break
		}
		updated = append(updated, s)
	}
	if len(updated) > 0 { // their ids may be new, so they are shown even if others failed
		if printErr := c.printSilences(updated, c.quiet); err == nil {
			err = printErr
		}
	}
	return err
}

func (c *silenceUpdate) update(ctx context.Context, daemon *client.Client, id string) (client.Silence, error) {
	s, err := daemon.Silence(ctx, id)
	if err != nil {
		return s, err
	}
	c.change(&s)
	if err := checkSpan(s.StartsAt.Time, s.EndsAt.Time); err != nil {
		return s, err
	}
	s.ID, err = daemon.SetSilence(ctx, asNew(s))
	return s, err
}

// change makes the changes that the flags ask for.
func (c *silenceUpdate) change(s *client.Silence) {
	if !c.start.IsZero() {
		s.StartsAt.Time = c.start
	}
	if c.lasting {
		s.EndsAt.Time = s.StartsAt.Add(c.duration)
	}
	if !c.end.IsZero() {
		s.EndsAt.Time = c.end
	}
	if c.comment != "" {
		s.Comment = c.comment
	}
}
