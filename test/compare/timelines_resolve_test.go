package compare_test

func resolveTimelines() []timeline {
	short := oneRoute("global: {resolve_timeout: 4s}")
	return []timeline{
		{
			name: "resolved by its end", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A").says("summary=s")}), at(2, post{ended("A", 2).says("summary=over")}), at(2.2, get(alertsPath)), at(2.2, get(groupsPath)), at(4, get(groupsPath))},
		},
		{
			name: "resolved by timeout", config: short, end: 8,
			steps: []step{at(0, post{fire("A")}), at(0.2, get(alertsPath)), at(5.5, get(groupsPath))},
		},
		{
			name: "repeated posts keep it firing", config: short, end: 12,
			steps: []step{at(0, post{fire("A")}), at(2, post{fire("A")}), at(4, post{fire("A")}), at(6, post{fire("A")}), at(6.2, get(alertsPath))},
		},
		{
			name: "an end in the future comes by itself", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A").until(2)}), at(2.5, get(alertsPath))},
		},
		{
			name: "an end that is taken back", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A").since(0).until(6)}), at(2, post{fire("A").since(0).until(60)}), at(2.2, get(alertsPath))},
		},
		{
			name: "an end that is drawn nearer", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A").since(0).until(60)}), at(2, post{fire("A").since(0).until(4)}), at(2.2, get(alertsPath))},
		},
		{
			name: "no end after an end in the future", config: oneRoute("global: {resolve_timeout: 4s}"), end: 8,
			steps: []step{at(0, post{fire("A").since(0).until(60)}), at(2, post{fire("A").since(0)}), at(2.2, get(alertsPath))},
		},
		{
			name: "resolved before it was told", config: oneRoute(), end: 4,
			steps: []step{at(0, post{fire("A")}), at(0.5, post{ended("A", 0.5)}), at(2, get(groupsPath))},
		},
		{
			name: "posted when it is over", config: oneRoute(), end: 4,
			steps: []step{at(0, post{ended("A", -10).since(-60), ended("B", -10)}), at(0.5, get(alertsPath)), at(0.5, get(groupsPath))},
		},
		{
			name: "one of two resolves", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A host=a"), fire("A host=b")}), at(2, post{ended("A host=a", 2)}), at(4, get(groupsPath))},
		},
		{
			name: "one resolves while another comes", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A host=a")}), at(2, post{ended("A host=a", 2), fire("A host=b")})},
		},
		{
			name: "resolves and fires again before the tick", config: oneRoute(), end: 6,
			steps: []step{at(0, post{fire("A")}), at(1.7, post{ended("A", 1.7)}), at(2.2, post{fire("A")}), at(2.5, get(alertsPath))},
		},
		{
			name: "fires again after it was told as resolved", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A")}), at(2, post{ended("A", 2)}), at(6, post{fire("A")}), at(6.2, get(alertsPath))},
		},
		{
			name: "fires again while its group lives on", config: oneRoute(), end: 10,
			steps: []step{at(0, post{fire("A host=a"), fire("A host=b")}), at(2, post{ended("A host=a", 2)}), at(4, post{fire("A host=a")})},
		},
		{
			name: "without send_resolved", end: 10,
			config: "route: {receiver: team, group_by: [alertname], " + quick + "}\n" +
				"receivers: [{name: team, webhook_configs: [{url: SINK/team, send_resolved: false}]}]\n",
			steps: []step{at(0, post{fire("A host=a"), fire("A host=b")}), at(2, post{ended("A host=a", 2)}), at(4, post{ended("A host=b", 4)}), at(8, post{fire("A host=a")})},
		},
		{
			name: "new annotations are no news", config: oneRoute(), end: 8,
			steps: []step{
				at(0, post{fire("A host=a").says("summary=one")}), at(2, post{fire("A host=a").says("summary=two")}),
				at(2.2, get(alertsPath)), at(6, post{fire("A host=b")}),
			},
		},
		{
			name: "an earlier start is merged", config: oneRoute(), end: 7,
			steps: []step{at(0, post{fire("A").since(-10).until(60)}), at(1, post{fire("A").since(-30).until(50)}), at(1.2, get(alertsPath)), at(3, post{fire("A").since(-5).until(90)}), at(3.2, get(alertsPath)), at(5, post{fire("A host=b")})},
		},
		{
			name: "repeated at a multiple of the interval", end: 12,
			config: "route: {receiver: team, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 4s}\n" + hooks("team"),
			steps:  []step{at(0, post{fire("A")})},
		},
		{
			name: "repeated between the intervals", end: 12,
			config: "route: {receiver: team, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 3s}\n" + hooks("team"),
			steps:  []step{at(0, post{fire("A host=a")}), at(2, post{fire("A host=b")}), at(6, post{ended("A host=a", 6)})},
		},
	}
}
