package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

// routes is what the commands below "config routes" have in common: a routing tree,
// from a file or from a daemon.
type routes struct {
	*tool
	file   string
	expand bool // references in secrets of the file
}

func routeCommands(t *tool, config parent) {
	r := &routes{tool: t}
	group := t.group(config, "routes", "Look at the routing tree, of a file or of the configuration in force.")
	group.Flag("config.file", "Take the routes of this file and not those of the daemon.").PlaceHolder("FILE").StringVar(&r.file)
	t.command(group, "show", "Show the routing tree.", r.show).Default()
	defineRoutesTest(r, group)
}

// tree reads the routing tree.
func (r *routes) tree(ctx context.Context) (*dispatch.Route, error) {
	if r.file != "" {
		if r.addressGiven {
			r.warn("--config.file is given, so that --alertmanager.url has no effect.")
		}
		return r.ofFile()
	}
	daemon, err := r.daemon(ctx)
	if err != nil {
		return nil, err
	}
	s, err := daemon.Status(ctx)
	if err != nil {
		return nil, err
	}
	return r.ofText(s.Config.Original)
}

func (r *routes) ofFile() (*dispatch.Route, error) {
	cfg, err := r.load(r.file)
	if err != nil {
		return nil, err
	}
	return cfg.Tree, nil
}

// load reads a configuration file, whatever flags the daemon would need for it.
func (r *routes) load(path string) (*config.Config, error) {
	cfg, err := config.Load(path, config.Options{
		Kinds: all.Kinds(), Syntax: r.syntax, Flags: kindFlags(), ExpandSecrets: r.expand,
	})
	if err != nil {
		return nil, err
	}
	for _, warning := range cfg.Warnings {
		_ = level.Debug(r.logger).Log("msg", "Warning about the configuration", "warning", warning)
	}
	return cfg, nil
}

// shownConfig is what errors name that are in what a daemon shows.
const shownConfig = "the configuration of the daemon"

// ofText reads the routes alone: what a daemon shows of its receivers has no secrets,
// and may have keys that only a daemon of its version knows.
func (r *routes) ofText(text string) (*dispatch.Route, error) {
	const from = shownConfig
	doc, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	var sections map[string]*yamlx.Raw
	if err := doc.Decode(&sections); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	if sections["route"].Null() {
		return nil, errors.New(from + " has no route")
	}
	root := new(dispatch.RouteConfig)
	if err := sections["route"].Decode(root); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	tree, _, err := dispatch.NewTree(root, r.syntax)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return tree, nil
}

func (r *routes) show(ctx context.Context) error {
	root, err := r.tree(ctx)
	switch {
	case err != nil:
		return err
	case r.speaksJSON():
		return r.printJSON(shownRoute(root, func(*dispatch.Route) bool { return true }))
	}
	return r.print("Routing tree:\n" + drawing(root, describeRoute, nil) + "\n")
}

// describeRoute is one line of the tree.
func describeRoute(route *dispatch.Route) string {
	parts := []string{routeName(route)}
	if route.Continue {
		parts = append(parts, "continue: true")
	}
	return strings.Join(append(parts, "receiver: "+route.Policy.Receiver), "  ")
}

func routeName(route *dispatch.Route) string {
	if len(route.Matchers) == 0 {
		return "default-route"
	}
	return route.Matchers.String()
}

// drawing draws a tree; nodes that keep refuses are left out with all below them. A
// keep that is nil keeps all.
func drawing(root *dispatch.Route, line func(*dispatch.Route) string, keep func(*dispatch.Route) bool) string {
	var b strings.Builder
	b.WriteString(".\n")
	draw(&b, "", []*dispatch.Route{root}, line, keep)
	return b.String()
}

func draw(b *strings.Builder, indent string, nodes []*dispatch.Route, line func(*dispatch.Route) string, keep func(*dispatch.Route) bool) {
	kept := keepRoutes(nodes, keep)
	for i, node := range kept {
		corner, below := "├── ", "│\u00a0\u00a0 "
		if i == len(kept)-1 {
			corner, below = "└── ", "    "
		}
		b.WriteString(indent + corner + line(node) + "\n")
		draw(b, indent+below, node.Children(), line, keep)
	}
}

func keepRoutes(nodes []*dispatch.Route, keep func(*dispatch.Route) bool) []*dispatch.Route {
	var kept []*dispatch.Route
	for _, node := range nodes {
		if keep == nil || keep(node) {
			kept = append(kept, node)
		}
	}
	return kept
}
