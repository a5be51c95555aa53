package ctl

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/dispatch"
)

// placedRoute is a route and its way from the root.
type placedRoute struct {
	key      string   // unique: the matchers on the way, and a number if those are there twice
	children []string // their keys
	node     *dispatch.Route
}

// placed lists the routes of a tree, parents first.
func placed(root *dispatch.Route) []placedRoute {
	seen := make(map[string]int)
	var list []placedRoute
	var walk func(up string, node *dispatch.Route) string
	walk = func(up string, node *dispatch.Route) string {
		key := up + node.Matchers.String()
		seen[key]++
		if n := seen[key]; n > 1 {
			key = fmt.Sprintf("%s#%d", key, n)
		}
		at := len(list)
		list = append(list, placedRoute{key: key, node: node})
		for _, child := range node.Children() {
			list[at].children = append(list[at].children, walk(key+"/", child))
		}
		return key
	}
	walk("", root)
	return list
}

// routeChanges compares two trees, in the order of the new one; routes that are gone
// come last.
func routeChanges(before, after *dispatch.Route) []change {
	old := make(map[string]placedRoute)
	for _, r := range placed(before) {
		old[r.key] = r
	}
	list := []change{}
	for _, now := range placed(after) {
		was, found := old[now.key]
		delete(old, now.key)
		if !found {
			list = append(list, change{Change: added, Name: now.key})
			continue
		}
		details := contrasts("", settings(was.node), settings(now.node))
		if moved(was.children, now.children) {
			details = append(details, "the order of the routes below it")
		}
		if len(details) > 0 {
			list = append(list, change{changed, now.key, details})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		list = append(list, change{Change: removed, Name: key})
	}
	return list
}

// moved reports whether those that are in both lists have another order.
func moved(before, after []string) bool {
	only := func(list, in []string) []string {
		known := make(map[string]bool, len(in))
		for _, key := range in {
			known[key] = true
		}
		return slices.DeleteFunc(slices.Clone(list), func(key string) bool { return !known[key] })
	}
	return !slices.Equal(only(before, after), only(after, before))
}

// settings is what a route has besides its matchers, with what it inherits.
func settings(r *dispatch.Route) map[string]any {
	groupBy := r.GroupBy
	if r.GroupByAll {
		groupBy = []string{"..."}
	}
	s := map[string]any{
		"receiver":              r.Policy.Receiver,
		"continue":              r.Continue,
		"group_by":              orEmpty(groupBy),
		"group_wait":            model.Duration(r.GroupWait).String(),
		"group_interval":        model.Duration(r.GroupInterval).String(),
		"repeat_interval":       model.Duration(r.Policy.RepeatInterval).String(),
		"mute_time_intervals":   orEmpty(r.Policy.MuteIntervals),
		"active_time_intervals": orEmpty(r.Policy.ActiveIntervals),
		"send_muted_resolved":   r.Policy.SendMutedResolved,
		"send_unseen_resolved":  r.Policy.SendUnseenResolved,
	}
	for name, text := range r.Policy.Labels {
		s["labels."+name] = string(text)
	}
	return s
}

// orEmpty is a list that is written as one even if it is empty.
func orEmpty(list []string) []string { return append([]string{}, list...) }
