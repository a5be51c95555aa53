package compare_test

func groupingTimelines() []timeline {
	return []timeline{
		{
			name: "one alert", config: oneRoute(), end: 2,
			steps: []step{at(0, post{fire("A").says("summary=it-burns")}), at(0.4, get(alertsPath)), at(0.4, get(groupsPath))},
		},
		{
			name: "two alerts that wait together", config: oneRoute(), end: 2,
			steps: []step{at(0, post{fire("A host=b")}), at(0.4, post{fire("A host=a")})},
		},
		{
			name: "a new alert joins a group", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A host=a")}), at(2, post{fire("A host=b")}), at(4, get(groupsPath))},
		},
		{
			name: "group by two labels", config: grouped("[zone, alertname]"), end: 2,
			steps: []step{at(0, post{fire("A zone=x host=1"), fire("A zone=y host=1"), fire("A zone=x host=2"), fire("B zone=x")}), at(0.5, get(groupsPath))},
		},
		{
			name: "group by nothing", config: grouped("[]"), end: 2,
			steps: []step{at(0, post{fire("A zone=x"), fire("B zone=y")}), at(0.5, get(groupsPath))},
		},
		{
			name: "group by everything", config: grouped("['...']"), end: 2,
			steps: []step{at(0, post{fire("A zone=x"), fire("A zone=y"), fire("A")}), at(0.5, get(groupsPath))},
		},
		{
			name: "alerts lack a label of the group", config: grouped("[zone, alertname]"), end: 2,
			steps: []step{at(0, post{fire("A"), fire("A zone="), fire("zone=x"), fire("host=h")})},
		},
		{
			name: "an alert older than group_wait", config: oneRoute(), end: 4,
			steps: []step{at(0, post{fire("A host=a").since(-3600)})},
		},
		{
			name: "an old alert joins a group that waits", end: 6,
			config: "route: {receiver: team, group_by: [alertname], group_wait: 4s, group_interval: 2s}\n" + hooks("team"),
			steps:  []step{at(0, post{fire("A host=a")}), at(1, post{fire("A host=b").since(-3600)})},
		},
		{
			name: "order of alerts", config: grouped("[]"), end: 2,
			steps: []step{at(0, post{
				fire("A"), fire("B job=z"), fire("C job=a instance=2"), fire("D job=a instance=1"), fire("E instance=0"),
				fire("F job=a"), fire("A host=x"), fire("A host=a zone=y"),
			}), at(0.5, get(groupsPath)), at(0.5, get(alertsPath))},
		},
		{
			name: "what is common", config: grouped("[]"), end: 2,
			steps: []step{at(0, post{
				fire("A zone=x env=p").says("summary=s runbook=r1 empty="),
				fire("B zone=x env=q").says("summary=s runbook=r2 empty="),
			})},
		},
		{
			name: "truncated", end: 6,
			config: "route: {receiver: team, group_by: [], " + quick + "}\n" +
				"receivers: [{name: team, webhook_configs: [{url: SINK/team, max_alerts: 2}]}]\n",
			steps: []step{at(0, post{fire("A"), fire("B"), fire("C"), fire("D")}), at(2, post{ended("A", 2), ended("B", 2)})},
		},
		{
			name: "labels that need quoting", config: grouped("['...']"), end: 2,
			steps: []step{{at: 0, note: "post", do: request{method: "POST", path: alertsPath, body: `[
				{"labels":{"alertname":"a\"b\\c","text":"line1\nline2 é <&> \u0001"},"annotations":{"html":"<b>&</b>"},
				 "generatorURL":"http://p.test/g?a=<b>&c=d"}]`}}, at(0.5, get(groupsPath)), at(0.5, get(alertsPath))},
		},
	}
}
