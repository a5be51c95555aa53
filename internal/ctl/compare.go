package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// configDiff is what a daemon would change if it read another configuration. Secrets,
// which it does not show, are not compared.
type configDiff struct {
	Daemon    string        `json:"daemon"`
	Sections  []change      `json:"sections"` // of the file, but for those below
	Intervals []change      `json:"timeIntervals"`
	Receivers []change      `json:"receivers"`
	Routes    []change      `json:"routes"`
	Groups    []groupChange `json:"groups"`
}

func (d *configDiff) empty() bool {
	return len(d.Sections)+len(d.Intervals)+len(d.Receivers)+len(d.Routes)+len(d.Groups) == 0
}

// compare asks a daemon for its configuration and its alerts.
func (c *checkConfig) compare(ctx context.Context, cfg *config.Config) (*configDiff, error) {
	c.address = c.against
	daemon, err := c.daemon(ctx)
	if err != nil {
		return nil, err
	}
	status, err := daemon.Status(ctx)
	if err != nil {
		return nil, err
	}
	before, err := sectionsOf(status.Config.Original)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownConfig, err)
	}
	after, err := sectionsOf(cfg.String())
	if err != nil {
		return nil, err
	}
	old, err := (&routes{tool: c.tool}).ofText(status.Config.Original)
	if err != nil {
		return nil, err
	}
	groups, err := daemon.Groups(ctx, client.GroupQuery{})
	if err != nil {
		return nil, err
	}
	alerts := labelsOfAll(groups)
	d := changesOfSections(before, after)
	d.Daemon = withoutUser(c.address)
	d.Routes = routeChanges(old, cfg.Tree)
	d.Groups = groupChanges(groupsOf(old, alerts), groupsOf(cfg.Tree, alerts))
	return d, nil
}

// changesOfSections compares what stands in two configurations, but for the routes. It
// uses the maps up.
func changesOfSections(before, after map[string]any) *configDiff {
	d := new(configDiff)
	d.Receivers = changesByName(takeNamed(before, "receivers"), takeNamed(after, "receivers"))
	both := []string{"mute_time_intervals", "time_intervals"}
	d.Intervals = changesByName(takeNamed(before, both...), takeNamed(after, both...))
	delete(before, "route")
	delete(after, "route")
	d.Sections = changesByName(before, after)
	return d
}

// sectionsOf reads a configuration as a daemon shows it.
func sectionsOf(text string) (map[string]any, error) {
	doc, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	sections := make(map[string]any)
	return sections, doc.Decode(&sections)
}

// takeNamed takes sections out that list what has names, and returns that by name.
func takeNamed(sections map[string]any, keys ...string) map[string]any {
	named := make(map[string]any)
	for _, key := range keys {
		list, _ := sections[key].([]any)
		delete(sections, key)
		for _, item := range list {
			if entry, ok := item.(map[string]any); ok {
				named[fmt.Sprint(entry["name"])] = entry
			}
		}
	}
	return named
}

// mostGroups is how many groups are listed in a text.
const mostGroups = 20

// writeDiff writes what would change, for people.
func (c *checkConfig) writeDiff(b *strings.Builder, d *configDiff) {
	if d.empty() {
		fmt.Fprintf(b, "A reload of %s would change nothing. Secrets are not compared.\n\n", d.Daemon)
		return
	}
	fmt.Fprintf(b, "A reload of %s would change:\n", d.Daemon)
	c.writeChanges(b, "section", d.Sections)
	c.writeChanges(b, "time interval", d.Intervals)
	c.writeChanges(b, "receiver", d.Receivers)
	c.writeChanges(b, "route", d.Routes)
	for i, g := range d.Groups {
		if i == mostGroups {
			fmt.Fprintf(b, "  … and %d more groups\n", len(d.Groups)-i)
			break
		}
		fmt.Fprintf(b, "  %s group %s\n", c.paintSign(g.sign()), printable(g.String()))
	}
	b.WriteString("Secrets are not compared.\n\n")
}

func (c *checkConfig) writeChanges(b *strings.Builder, what string, list []change) {
	for _, one := range list {
		fmt.Fprintf(b, "  %s %s %s\n", c.paintSign(sign(one.Change)), what, printable(one.Name))
		for _, detail := range one.Details {
			fmt.Fprintf(b, "      %s\n", printable(detail))
		}
	}
}

func (c *checkConfig) paintSign(text string) string {
	switch text {
	case "+":
		return c.paint(green, text)
	case "-":
		return c.paint(red, text)
	}
	return c.paint(yellow, text)
}
