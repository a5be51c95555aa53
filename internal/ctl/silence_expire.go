package ctl

import (
	"context"
	"fmt"
	"net/http"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceExpire is "silence expire".
type silenceExpire struct {
	*tool
	ids []string
}

func defineSilenceExpire(t *tool, group parent) {
	c := &silenceExpire{tool: t}
	cmd := t.command(group, "expire", "End silences, each by its id. The first that cannot be ended stops the command.", c.run)
	cmd.Arg("ids", "The silences to end.").StringsVar(&c.ids)
}

func (c *silenceExpire) run(ctx context.Context) error {
	if len(c.ids) == 0 {
		return errNoSilences
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	expired := []string{}
	for _, id := range c.ids {
		if err = daemon.ExpireSilence(ctx, id); err != nil {
			err = aboutSilence(id, err)
			break
		}
		expired = append(expired, id)
	}
	if c.speaksJSON() {
		if printErr := c.printJSON(map[string][]string{"expired": expired}); err == nil {
			err = printErr
		}
	}
	return err
}

// aboutSilence makes it plain what it means that the daemon does not find a silence.
func aboutSilence(id string, err error) error {
	switch client.Status(err) {
	case http.StatusNotFound:
		return fmt.Errorf("there is no silence %s: %w", id, err)
	case http.StatusUnprocessableEntity:
		return fmt.Errorf("%q is not the id of a silence: %w", id, err)
	}
	return err
}
