package ctl

import (
	"context"
	"fmt"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

const routesHelp = "Look at the routing tree with the alerts that are in it, and test it."

const routesShowHelp = `Show the routing tree, and how many live alerts end up at each route.

With --config.file the tree is that of a file; the alerts are those of the daemon if --alertmanager.url is on the command line, and else there are none. So it shows where live alerts would go with another file.`

// routesCommands are the commands below "routes". They know more than those below
// "config routes", which are amtool's.
func routesCommands(t *tool) {
	r := &routes{tool: t}
	group := t.group(t.app, "routes", routesHelp)
	group.Flag("config.file", "Take the routes of this file and not those of the daemon.").PlaceHolder("FILE").StringVar(&r.file)
	group.Flag("config.expand-secrets", "Put environment variables and files in the place of references in secrets, as a daemon with this flag.").BoolVar(&r.expand)
	t.command(group, "show", routesShowHelp, r.showLive).Default()
	defineRoutesVerify(r, group)
}

// population is how many live alerts end up at each route, and in how many groups;
// nil: not known.
type population map[*dispatch.Route]*crowd

type crowd struct{ alerts, groups int }

func (p population) of(r *dispatch.Route) crowd {
	if c := p[r]; c != nil {
		return *c
	}
	return crowd{}
}

func (r *routes) showLive(ctx context.Context) error {
	root, live, err := r.treeAndAlerts(ctx)
	if err != nil {
		return err
	}
	var people population
	title := "Routing tree:"
	if live != nil {
		people = populate(root, live)
		title = fmt.Sprintf("Routing tree, with %s of %s:", count(len(live), "live alert"), withoutUser(r.address))
	}
	if r.speaksJSON() {
		return r.printJSON(liveRoute(root, people))
	}
	return r.print(title + "\n" + drawing(root, r.describeLive(people), nil))
}

// treeAndAlerts returns no alerts, and not an empty list, if none are to be looked at.
func (r *routes) treeAndAlerts(ctx context.Context) (*dispatch.Route, []alert.Labels, error) {
	if r.file != "" {
		root, err := r.ofFile()
		if err != nil || !r.addressGiven {
			return root, nil, err
		}
		live, err := r.live(ctx)
		return root, live, err
	}
	root, err := r.tree(ctx)
	if err != nil {
		return nil, nil, err
	}
	live, err := r.live(ctx)
	return root, live, err
}

// live are the labels of the alerts that the daemon has, whatever keeps some quiet.
func (r *routes) live(ctx context.Context) ([]alert.Labels, error) {
	daemon, err := r.daemon(ctx)
	if err != nil {
		return nil, err
	}
	found, err := daemon.Alerts(ctx, client.AlertQuery{Active: true, Silenced: true, Inhibited: true, Unprocessed: true})
	if err != nil {
		return nil, err
	}
	labels := make([]alert.Labels, len(found))
	for i, a := range found {
		labels[i] = alert.LabelsFromMap(a.Labels)
	}
	return labels, nil
}

func populate(root *dispatch.Route, live []alert.Labels) population {
	people := make(population)
	groups := make(map[*dispatch.Route]map[alert.Labels]bool)
	for _, labels := range live {
		for _, r := range root.Match(labels) {
			if people[r] == nil {
				people[r], groups[r] = new(crowd), make(map[alert.Labels]bool)
			}
			people[r].alerts++
			groups[r][groupLabels(r, labels)] = true
			people[r].groups = len(groups[r])
		}
	}
	return people
}

// describeLive is one line of the tree, with what is there now if that is known.
func (r *routes) describeLive(people population) func(*dispatch.Route) string {
	return func(route *dispatch.Route) string {
		text := describeRoute(route)
		if people == nil {
			return text
		}
		c := people.of(route)
		if c.alerts == 0 {
			return text + "  0 alerts"
		}
		return text + "  " + r.paint(yellow, count(c.alerts, "alert")+" in "+count(c.groups, "group"))
	}
}

// liveTreeRoute is a node of the routing tree as JSON, with what is there now.
type liveTreeRoute struct {
	Receiver string          `json:"receiver"`
	Matchers []string        `json:"matchers"`
	Continue bool            `json:"continue"`
	Alerts   *int            `json:"alerts,omitempty"` // nil: not known
	Groups   *int            `json:"groups,omitempty"`
	Routes   []liveTreeRoute `json:"routes"`
}

func liveRoute(node *dispatch.Route, people population) liveTreeRoute {
	shown := liveTreeRoute{
		Receiver: node.Policy.Receiver,
		Matchers: filter(node.Matchers),
		Continue: node.Continue,
		Routes:   []liveTreeRoute{},
	}
	if people != nil {
		c := people.of(node)
		shown.Alerts, shown.Groups = &c.alerts, &c.groups
	}
	for _, child := range node.Children() {
		shown.Routes = append(shown.Routes, liveRoute(child, people))
	}
	return shown
}
