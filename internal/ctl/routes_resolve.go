package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
)

// routesTest is "config routes test".
type routesTest struct {
	*routes
	labels []string
	verify string
	asTree bool
}

const routesTestHelp = `Tell which receivers an alert is for.

Arguments are the labels of the alert, such as service=database. The receivers are printed in the order of the routes.`

func defineRoutesTest(r *routes, group parent) {
	c := &routesTest{routes: r}
	cmd := r.command(group, "test", routesTestHelp, c.run)
	cmd.Flag("verify.receivers", "Fail if these are not the receivers: their names with commas between them, in the same order.").
		PlaceHolder("NAMES").StringVar(&c.verify)
	cmd.Flag("tree", "Draw the routes that match.").BoolVar(&c.asTree)
	cmd.Arg("labels", "The labels of the alert.").StringsVar(&c.labels)
}

func (c *routesTest) run(ctx context.Context) error {
	labels, err := c.pairs(c.labels)
	if err != nil {
		return err
	}
	root, err := c.tree(ctx)
	if err != nil {
		return err
	}
	found := root.Match(alert.LabelsFromMap(labels))
	names := make([]string, len(found))
	for i, route := range found {
		names[i] = route.Policy.Receiver
	}
	if err := c.show(root, found, names); err != nil {
		return err
	}
	if receivers := strings.Join(names, ","); c.verify != "" && c.verify != receivers {
		return c.mismatch(receivers)
	}
	return nil
}

func (c *routesTest) show(root *dispatch.Route, found []*dispatch.Route, names []string) error {
	onTheWay := func(node *dispatch.Route) bool { return leadsTo(node, found) }
	if c.speaksJSON() {
		return c.printJSON(struct {
			Receivers []string  `json:"receivers"`
			Tree      treeRoute `json:"tree"`
		}{names, shownRoute(root, onTheWay)})
	}
	text := strings.Join(names, ",") + "\n"
	if c.asTree {
		text = "Matching routes:\n" + drawing(root, describeMatch(found), onTheWay) + "\n\n" + text
	}
	return c.print(text)
}

// mismatch tells that the receivers are not those that are wanted. amtool does that on
// standard output, and scripts may look for it there.
func (c *routesTest) mismatch(receivers string) error {
	if c.speaksJSON() {
		return fmt.Errorf("the receivers are %s and not %s", receivers, c.verify)
	}
	if err := c.print(fmt.Sprintf("%s the receivers are not those expected, %s.\n", c.paint(yellow, "WARNING:"), c.verify)); err != nil {
		return err
	}
	return errQuiet
}

// leadsTo reports whether a node is one of the routes, or above one.
func leadsTo(node *dispatch.Route, found []*dispatch.Route) bool {
	for below := range node.All() {
		if slices.Contains(found, below) {
			return true
		}
	}
	return false
}

// describeMatch is one line of the tree of routes that match: where an alert ends up
// has a receiver.
func describeMatch(found []*dispatch.Route) func(*dispatch.Route) string {
	return func(node *dispatch.Route) string {
		if !slices.Contains(found, node) {
			return routeName(node)
		}
		return routeName(node) + "  receiver: " + node.Policy.Receiver
	}
}

// treeRoute is a node of the routing tree as JSON.
type treeRoute struct {
	Receiver string      `json:"receiver"`
	Matchers []string    `json:"matchers"`
	Continue bool        `json:"continue"`
	Routes   []treeRoute `json:"routes"`
}

// shownRoute is a node with those below it that keep accepts.
func shownRoute(node *dispatch.Route, keep func(*dispatch.Route) bool) treeRoute {
	shown := treeRoute{
		Receiver: node.Policy.Receiver,
		Matchers: filter(node.Matchers),
		Continue: node.Continue,
		Routes:   []treeRoute{},
	}
	for _, child := range keepRoutes(node.Children(), keep) {
		shown.Routes = append(shown.Routes, shownRoute(child, keep))
	}
	return shown
}
