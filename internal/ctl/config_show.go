package ctl

import (
	"context"
	"fmt"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

func configCommands(t *tool) {
	group := t.group(t.app, "config", "Look at the configuration in force, or try the routes of a file.")
	t.command(group, "show", configShowHelp, t.showConfig).Default()
	routeCommands(t, group)
}

const configShowHelp = `Show the configuration in force.

With --output=extended how the daemon was built and since when it runs stands below it, with --output=json all that the daemon says of itself is printed.`

func (t *tool) showConfig(ctx context.Context) error {
	daemon, err := t.daemon(ctx)
	if err != nil {
		return err
	}
	s, err := daemon.Status(ctx)
	switch {
	case err != nil:
		return err
	case t.output == asJSON:
		return t.printJSON(s)
	}
	text := s.Config.Original + "\n"
	if t.output == extended {
		text += build(s)
	}
	return t.print(text)
}

func build(s client.DaemonStatus) string {
	v := s.Version
	return fmt.Sprintf("buildUser %s\ngoVersion %s\nrevision %s\nversion %s\nbranch %s\nbuildDate %s\nuptime %s\n",
		v.BuildUser, v.GoVersion, v.Revision, v.Version, v.Branch, v.BuildDate, s.Uptime)
}
