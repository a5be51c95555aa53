package compare_test

import "strings"

func reloadTimelines() []timeline {
	elsewhere := strings.ReplaceAll(oneRoute(), "team", "night")
	slow := "route: {receiver: team, group_by: [alertname], group_wait: 4s, group_interval: 4s, repeat_interval: 1h}\n" + hooks("team")
	return []timeline{
		{
			name: "a reload that changes nothing", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A")}), at(2, reload(oneRoute())), at(2.2, get(groupsPath))},
		},
		{
			name: "a reload while a group waits", config: slow, end: 10,
			steps: []step{at(0, post{fire("A")}), at(2, reload(slow+"\n"))},
		},
		{
			name: "a reload between two ticks", config: slow, end: 14,
			steps: []step{at(0, post{fire("A host=a")}), at(5, post{fire("A host=b")}), at(6, reload(slow+"\n"))},
		},
		{
			name: "another receiver", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A")}), at(2, reload(elsewhere)), at(2.2, get("/api/v2/receivers")), at(2.2, get(groupsPath))},
		},
		{
			name: "another receiver before the resolve", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A")}), at(2, reload(elsewhere)), at(2.2, post{ended("A", 2.2)})},
		},
		{
			name: "SIGHUP", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A")}), at(2, hangup(elsewhere)), at(2.7, get("/api/v2/receivers"))},
		},
		{
			name: "a broken file", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A host=a")}), at(2, reload("route: {receiver: nobody}\n")), at(2.1, get("/api/v2/receivers")), at(2.2, post{fire("A host=b")})},
		},
		{
			name: "a route is added", config: tree(`{matchers: [team="y"], receiver: b}`), end: 6,
			steps: []step{at(0, post{fire("A team=x")}), at(2, reload(tree(`{matchers: [team="y"], receiver: b}`, `{matchers: [team="x"], receiver: a}`))), at(2.2, get(groupsPath))},
		},
		{
			name: "another grouping", config: grouped("[alertname]"), end: 6,
			steps: []step{at(0, post{fire("A host=a"), fire("A host=b")}), at(2, reload(grouped("[host]"))), at(2.2, get(groupsPath))},
		},
		{
			name: "an inhibition is removed", end: 6,
			config: slowly(oneRoute(`inhibit_rules: [{source_matchers: [sev="page"], target_matchers: [sev="warn"]}]`)),
			steps:  []step{at(0, post{fire("P sev=page"), fire("W sev=warn")}), at(3, reload(slowly(oneRoute()))), at(3.2, get(alertsPath))},
		},
		{
			name: "a silence survives a reload", config: oneRoute(), end: 6,
			steps: []step{at(0, silence{as: "s", matchers: "alertname=A", start: 0, end: 600}), at(0.1, post{fire("A")}), at(2, reload(oneRoute("\n"))), at(2.2, get(alertsPath)), at(2.2, get(silencesPath))},
		},
	}
}
