package compare_test

import (
	"fmt"
	"net/url"
	"strings"
)

// quick is the timing of most timelines: groups speak 1, 3, 5, 7… seconds after
// their first alert, and things happen at even seconds.
const quick = "group_wait: 1s, group_interval: 2s, repeat_interval: 1h"

// hooks are receivers that have one webhook each, at the path of their name.
func hooks(names ...string) string {
	text := "receivers:\n"
	for _, name := range names {
		text += fmt.Sprintf("- {name: %s, webhook_configs: [{url: SINK/%s}]}\n", name, name)
	}
	return text
}

// oneRoute sends everything to one receiver, grouped by name. More is other
// sections of the file.
func oneRoute(more ...string) string {
	return "route: {receiver: team, group_by: [alertname], " + quick + "}\n" + hooks("team") + strings.Join(more, "\n")
}

// grouped is oneRoute with another group_by.
func grouped(by string) string {
	return "route: {receiver: team, group_by: " + by + ", " + quick + "}\n" + hooks("team")
}

// slowly lets the groups of a quick configuration speak after 1, 5, 9, 13
// seconds. Timelines in which one program is a tick early have it, so that the
// two are not taken for the same.
func slowly(config string) string {
	return strings.ReplaceAll(config, "group_interval: 2s", "group_interval: 4s")
}

// tree is a root that goes to the receiver root, with the lines of routes below
// it, and receivers root, a and b.
func tree(routes ...string) string {
	return "route:\n  receiver: root\n  group_by: [alertname]\n  group_wait: 1s\n  group_interval: 2s\n  repeat_interval: 1h\n" +
		"  routes:\n  - " + strings.Join(routes, "\n  - ") + "\n" + hooks("root", "a", "b")
}

// query is a path with parameters, given as name, value, name, value and so on.
func query(path string, params ...string) request {
	parts := []string{}
	for i := 0; i+1 < len(params); i += 2 {
		parts = append(parts, params[i]+"="+url.QueryEscape(params[i+1]))
	}
	return get(path + "?" + strings.Join(parts, "&"))
}

const (
	alertsPath   = "/api/v2/alerts"
	groupsPath   = "/api/v2/alerts/groups"
	silencesPath = "/api/v2/silences"
)
