package ctl

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// liveGroup is a group that live alerts make with a tree.
type liveGroup struct {
	route    string
	receiver string
	labels   alert.Labels
	alerts   int
}

// groupName tells groups of a tree apart.
type groupName struct {
	route  string
	labels alert.Labels
}

// groupChange is what becomes of a group of live alerts.
type groupChange struct {
	Change      string            `json:"change"` // appears, vanishes or moves
	Route       string            `json:"route"`
	Labels      map[string]string `json:"labels"`
	Alerts      int               `json:"alerts"`
	Receiver    string            `json:"receiver"` // before, or if it appears then
	NewReceiver string            `json:"newReceiver,omitempty"`

	shown string // the labels
}

// The values of groupChange.Change.
const (
	appears  = "appears"
	vanishes = "vanishes"
	moves    = "moves"
)

func (g groupChange) sign() string {
	switch g.Change {
	case appears:
		return "+"
	case vanishes:
		return "-"
	}
	return "~"
}

// String is the change on one line.
func (g groupChange) String() string {
	text := fmt.Sprintf("%s with %s: %s", g.shown, count(g.Alerts, "alert"), g.Receiver)
	if g.Change == moves {
		text += " → " + g.NewReceiver
	}
	return text
}

// count is a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// labelsOfAll are the labels of all alerts in groups, each alert once.
func labelsOfAll(groups []client.AlertGroup) []alert.Labels {
	var list []alert.Labels
	seen := make(map[string]bool)
	for _, g := range groups {
		for _, a := range g.Alerts {
			if !seen[a.Fingerprint] {
				seen[a.Fingerprint] = true
				list = append(list, alert.LabelsFromMap(a.Labels))
			}
		}
	}
	return list
}

// groupsOf puts alerts into groups as a daemon does.
func groupsOf(root *dispatch.Route, alerts []alert.Labels) map[groupName]*liveGroup {
	keys := make(map[*dispatch.Route]string)
	for _, r := range placed(root) {
		keys[r.node] = r.key
	}
	groups := make(map[groupName]*liveGroup)
	for _, labels := range alerts {
		for _, r := range root.Match(labels) {
			name := groupName{keys[r], groupLabels(r, labels)}
			if groups[name] == nil {
				groups[name] = &liveGroup{route: name.route, receiver: r.Policy.Receiver, labels: name.labels}
			}
			groups[name].alerts++
		}
	}
	return groups
}

// groupLabels are the labels of the group that an alert is in.
func groupLabels(r *dispatch.Route, labels alert.Labels) alert.Labels {
	return labels.Only(func(name string) bool { return r.GroupByAll || slices.Contains(r.GroupBy, name) })
}

// groupChanges compares the groups of live alerts with two trees.
func groupChanges(before, after map[groupName]*liveGroup) []groupChange {
	list := []groupChange{}
	for name, old := range before {
		now := after[name]
		switch {
		case now == nil:
			list = append(list, old.becomes(vanishes))
		case now.receiver != old.receiver:
			c := old.becomes(moves)
			c.NewReceiver = now.receiver
			list = append(list, c)
		}
	}
	for name, now := range after {
		if before[name] == nil {
			list = append(list, now.becomes(appears))
		}
	}
	slices.SortFunc(list, func(a, b groupChange) int {
		return cmp.Or(cmp.Compare(order(a.Change), order(b.Change)), cmp.Compare(a.Route, b.Route), cmp.Compare(a.shown, b.shown))
	})
	return list
}

func order(change string) int { return slices.Index([]string{moves, vanishes, appears}, change) }

func (g *liveGroup) becomes(what string) groupChange {
	return groupChange{
		Change: what, Route: g.route, Labels: g.labels.Map(), Alerts: g.alerts,
		Receiver: g.receiver, shown: g.labels.String(),
	}
}
