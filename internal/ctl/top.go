package ctl

import (
	"context"
	"fmt"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// top is "top".
type top struct {
	*tool
	interval time.Duration
	views    int
	receiver string
	matchers []string

	daemon *client.Client
	query  client.GroupQuery
	last   *counters // of the sample before; nil: there is none
}

// shortestInterval keeps a terminal from asking a daemon for everything all the time.
const shortestInterval = 500 * time.Millisecond

const topHelp = `Watch groups of alerts, and how many alerts and notifications there are per second.

On a terminal this goes on until q or Ctrl-C is pressed. Otherwise one view is printed, after an interval in which things are counted; with --count as many as it says.

Arguments are matchers that the alerts must match.`

func topCommand(t *tool) {
	c := &top{tool: t}
	cmd := t.command(t.app, "top", topHelp, c.run)
	t.lasting[cmd.FullCommand()] = true
	cmd.Flag("interval", "How long to wait between two views, at least 500ms.").Default("2s").
		SetValue(duration{flag: "interval", to: &c.interval, positive: true})
	cmd.Flag("count", "End after so many views, which are printed one below the other.").PlaceHolder("N").IntVar(&c.views)
	cmd.Flag("receiver", "Only groups for receivers whose whole name matches this regular expression.").Short('r').StringVar(&c.receiver)
	cmd.Arg("matchers", "Which alerts to count.").StringsVar(&c.matchers)
}

func (c *top) run(ctx context.Context) error {
	wanted, err := c.tool.matchers(c.matchers)
	switch {
	case err != nil:
		return err
	case c.interval < shortestInterval:
		return fmt.Errorf("--interval: %s is less than %s", c.interval, shortestInterval)
	case c.views < 0:
		return fmt.Errorf("--count: %d is negative", c.views)
	}
	c.query = client.GroupQuery{Receiver: c.receiver, Filter: filter(wanted)}
	if c.daemon, err = c.connect(ctx); err != nil {
		return err
	}
	if c.watched() {
		return c.watch(ctx)
	}
	return c.list(ctx)
}

// connect is daemon within the time that a request may take.
func (c *top) connect(ctx context.Context) (*client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.tool.daemon(ctx)
}

// watched reports whether somebody looks on who can say when it is enough.
func (c *top) watched() bool {
	return c.InTerminal && c.OutTerminal && c.Raw != nil && c.views == 0 && c.output != asJSON
}

// list prints views. The first follows an interval in which things are counted.
func (c *top) list(ctx context.Context) error {
	if err := c.count(ctx); err != nil {
		return err
	}
	for range max(1, c.views) {
		if err := pause(ctx, c.interval); err != nil {
			return err
		}
		v, err := c.view(ctx)
		if err != nil {
			return err
		}
		if c.output == asJSON {
			err = c.printJSON(v)
		} else {
			err = c.print(c.text(v, len(v.Groups)) + "\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
