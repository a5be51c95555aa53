package compare_test

func routingTimelines() []timeline {
	return []timeline{
		{
			name: "the first route that matches", end: 2,
			config: tree(`{matchers: [team="x"], receiver: a}`, `{matchers: [team=~"x|y"], receiver: b}`),
			steps:  []step{at(0, post{fire("A team=x"), fire("B team=y"), fire("C team=z"), fire("D")}), at(0.5, get(groupsPath)), at(0.5, get(alertsPath))},
		},
		{
			name: "continue", end: 2,
			config: tree(`{matchers: [team="x"], receiver: a, continue: true}`, `{matchers: [team=~"x|y"], receiver: b}`),
			steps:  []step{at(0, post{fire("A team=x"), fire("B team=y"), fire("C")}), at(0.5, get(groupsPath)), at(0.5, get(alertsPath))},
		},
		{
			name: "continue to nobody", end: 2,
			config: tree(`{matchers: [team="x"], receiver: a, continue: true}`, `{matchers: [team="y"], receiver: b}`),
			steps:  []step{at(0, post{fire("A team=x")}), at(0.5, get(groupsPath))},
		},
		{
			name: "routes below routes", end: 2,
			config: tree(`{matchers: [team="x"], receiver: a, group_by: [zone], routes: [{matchers: [sev="page"], receiver: b}, {matchers: [sev="none"]}]}`),
			steps: []step{at(0, post{
				fire("A team=x sev=page zone=1"), fire("A team=x sev=mail zone=1"), fire("A team=x sev=none zone=2"), fire("A sev=page"),
			}), at(0.5, get(groupsPath))},
		},
		{
			name: "matchers of all sorts", end: 2,
			config: tree(
				`{matchers: ['team!="x"', 'zone=~"a.*"'], receiver: a}`,
				`{matchers: ['zone!~"a|b"', host=""], receiver: b}`,
			),
			steps: []step{at(0, post{
				fire("A team=y zone=ab"), fire("B zone=a"), fire("C team=x zone=a"), fire("D team=x zone=c"), fire("E team=x"), fire("F team=x host=h"),
			})},
		},
		{
			name: "deprecated matchers", end: 2,
			config: tree(`{match: {team: x}, match_re: {zone: "a|b"}, receiver: a}`, `{match_re: {zone: "a|b"}, matchers: [team="y"], receiver: b}`),
			steps:  []step{at(0, post{fire("A team=x zone=a"), fire("A team=y zone=b"), fire("A team=x zone=c"), fire("A team=x zone=ab")}), at(0.5, get(groupsPath))},
		},
		{
			name: "the same receiver twice", end: 4,
			config: tree(`{matchers: [team="x"], receiver: a, continue: true}`, `{matchers: [zone="y"], receiver: a}`),
			steps:  []step{at(0, post{fire("A team=x zone=y")}), at(0.5, get(alertsPath)), at(0.5, get(groupsPath)), at(2, post{ended("A team=x zone=y", 2)})},
		},
		{
			name: "siblings with the same matchers and receiver", end: 4,
			config: tree(`{matchers: [team="x"], receiver: a, continue: true}`, `{matchers: [team="x"], receiver: a, group_wait: 3s}`),
			steps:  []step{at(0, post{fire("A team=x")})},
		},
		{
			name: "two webhooks of one receiver", end: 6,
			config: "route: {receiver: team, group_by: [alertname], " + quick + "}\n" +
				"receivers: [{name: team, webhook_configs: [{url: SINK/one}, {url: SINK/two, send_resolved: false}]}]\n",
			steps: []step{at(0, post{fire("A host=a"), fire("A host=b")}), at(2, post{ended("A host=a", 2)}), at(4, post{ended("A host=b", 4)})},
		},
		{
			name: "a receiver without integrations", end: 2,
			config: "route: {receiver: team, group_by: [alertname], " + quick + "}\nreceivers: [{name: team}]\n",
			steps:  []step{at(0, post{fire("A")}), at(0.5, get(groupsPath)), at(0.5, get("/api/v2/receivers"))},
		},
		{
			name: "timing of a route below", end: 6,
			config: tree(`{matchers: [team="x"], receiver: a, group_wait: 3s}`, `{matchers: [team="y"], receiver: b, group_interval: 3s, routes: [{matchers: [zone="1"]}]}`),
			steps:  []step{at(0, post{fire("A team=x"), fire("A team=y zone=1")}), at(2, post{fire("A team=y zone=1 host=b")})},
		},
		{
			name: "group_wait of zero", end: 4,
			config: "route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 2s}\n" + hooks("team"),
			steps:  []step{at(0, post{fire("A")}), at(1, post{fire("A host=b")})},
		},
	}
}
