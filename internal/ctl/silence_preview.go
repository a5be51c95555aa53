package ctl

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silencePreview is "silence preview".
type silencePreview struct {
	*tool
	matchers []string
	id       string
}

const silencePreviewHelp = `List the alerts that a silence would silence now.

Arguments are those of silence add. With --id it is a silence that is there already, whether it is in force or not. Nothing is changed.`

func defineSilencePreview(t *tool, group parent) {
	c := &silencePreview{tool: t}
	cmd := t.command(group, "preview", silencePreviewHelp, c.run)
	cmd.Flag("id", "Take the matchers of the silence with this id.").StringVar(&c.id)
	cmd.Arg("matchers", "Which alerts to silence.").StringsVar(&c.matchers)
}

func (c *silencePreview) run(ctx context.Context) error {
	wanted, err := c.tool.matchers(c.matchers)
	switch {
	case err != nil:
		return err
	case len(wanted) == 0 && c.id == "":
		return errNoMatchers
	case len(wanted) > 0 && c.id != "":
		return errIDAndMatchers
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	texts := filter(wanted)
	if c.id != "" {
		s, err := daemon.Silence(ctx, c.id)
		if err != nil {
			return aboutSilence(c.id, err)
		}
		for _, m := range s.Matchers {
			texts = append(texts, showMatchers([]client.Matcher{m}, ""))
		}
	}
	found, err := daemon.Alerts(ctx, client.AlertQuery{Active: true, Silenced: true, Inhibited: true, Unprocessed: true, Filter: texts})
	if err != nil {
		return err
	}
	return c.show(found)
}

func (c *silencePreview) show(found []client.Alert) error {
	if c.speaksJSON() {
		return c.printJSON(found)
	}
	slices.SortStableFunc(found, func(a, b client.Alert) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	if err := c.printTable(c.alertTable(found)); err != nil {
		return err
	}
	quiet := 0
	for _, a := range found {
		if a.Status.State != client.Active {
			quiet++
		}
	}
	text := count(len(found), "alert")
	if quiet > 0 {
		text += fmt.Sprintf(", of which %d %s quiet already", quiet, isOrAre(quiet))
	}
	return c.print("\n" + text + "\n")
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
