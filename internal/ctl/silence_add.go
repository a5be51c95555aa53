package ctl

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceAdd is "silence add".
type silenceAdd struct {
	*tool
	matchers       []string
	author         string
	comment        string
	requireComment bool
	duration       time.Duration
	start, end     time.Time
	annotations    []string
}

const silenceAddHelp = `Set a silence, and print its id.

Arguments are matchers: alertname=foo, node!=bar, 'alertname=~foo.*', 'node!~b.*'. An alert is silenced if all match. If the first one is no matcher it is the name of the alert, so that these are the same:

  silence add alertname=foo node=bar --comment=known
  silence add foo node=bar --comment=known`

func defineSilenceAdd(t *tool, group parent) {
	c := &silenceAdd{tool: t}
	cmd := t.command(group, "add", silenceAddHelp, c.run)
	cmd.Flag("author", "Who sets the silence. Default: the user.").Short('a').StringVar(&c.author)
	cmd.Flag("require-comment", "Refuse a silence without a comment.").Hidden().Default("true").BoolVar(&c.requireComment)
	cmd.Flag("duration", "How long the silence lasts.").Short('d').Default("1h").
		SetValue(duration{flag: "duration", to: &c.duration, positive: true})
	cmd.Flag("start", "When the silence starts, such as 2006-01-02T15:04:05-07:00. Default: now.").SetValue(instant{"start", &c.start})
	cmd.Flag("end", "When the silence ends, whatever its duration.").SetValue(instant{"end", &c.end})
	cmd.Flag("comment", "Why the silence is set.").Short('c').StringVar(&c.comment)
	cmd.Flag("annotation", "An annotation, such as ticket=17. May be repeated.").StringsVar(&c.annotations)
	cmd.Arg("matchers", "Which alerts to silence.").StringsVar(&c.matchers)
}

func (c *silenceAdd) run(ctx context.Context) error {
	s, err := c.silence()
	if err != nil {
		return err
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	id, err := daemon.SetSilence(ctx, s)
	switch {
	case err != nil:
		return err
	case c.speaksJSON():
		return c.printJSON(map[string]string{"silenceID": id})
	}
	return c.print(printable(id) + "\n")
}

// silence is the silence that the flags describe.
func (c *silenceAdd) silence() (client.NewSilence, error) {
	s := client.NewSilence{Comment: c.comment, CreatedBy: cmp.Or(c.author, c.User), StartsAt: client.Time{Time: c.start}, EndsAt: client.Time{Time: c.end}}
	list, err := c.tool.matchers(c.matchers)
	if err != nil {
		return s, err
	}
	for _, m := range list {
		s.Matchers = append(s.Matchers, toAPI(m))
	}
	if s.Annotations, err = c.pairs(c.annotations); err != nil {
		return s, err
	}
	c.span(&s)
	switch {
	case len(s.Matchers) == 0:
		return s, errNoMatchers
	case c.requireComment && c.comment == "":
		return s, errors.New("a comment is required: say why with --comment, or use --no-require-comment")
	}
	return s, checkSpan(s.StartsAt.Time, s.EndsAt.Time)
}

// span says from when to when the silence lasts. What ends it otherwise than by time
// belongs here.
func (c *silenceAdd) span(s *client.NewSilence) {
	if s.StartsAt.IsZero() {
		s.StartsAt.Time = c.Now().UTC()
	}
	if s.EndsAt.IsZero() {
		s.EndsAt.Time = s.StartsAt.Add(c.duration)
	}
}
