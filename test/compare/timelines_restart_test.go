package compare_test

func restartTimelines() []timeline {
	return []timeline{
		{
			name: "restart after it was told", config: oneRoute(), end: 10,
			steps: []step{at(0, post{fire("A").since(0)}), at(2, restart{}), at(4, get(alertsPath)), at(5, post{fire("A").since(0)}), at(8, post{ended("A", 8).since(0)})},
		},
		{
			name: "restart and a new alert", config: slowly(oneRoute()), end: 11,
			steps: []step{at(0, post{fire("A host=a").since(0)}), at(2, restart{}), at(6, post{fire("A host=a").since(5.8), fire("A host=b").since(6)})},
		},
		{
			name: "restart before it was told", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A").since(0)}), at(0.4, restart{}), at(5, post{fire("A").since(0)})},
		},
		{
			name: "restart and it is over", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A").since(0)}), at(2, restart{}), at(4.4, post{ended("A", 4.4).since(0)})},
		},
		{
			name: "restart and nothing is reported again", config: oneRoute(), end: 7,
			steps: []step{
				at(0, post{fire("A host=a").since(0), fire("A host=b").since(0)}), at(2, restart{}),
				at(3.4, post{ended("A host=a", 3.4).since(0)}), at(5, get(alertsPath)),
			},
		},
		{
			name: "a silence and a restart", config: oneRoute(), end: 8,
			steps: []step{
				at(0, silence{as: "s", matchers: "alertname=A", start: 0, end: 600}), at(0.2, silence{as: "gone", matchers: "alertname=B", start: 0, end: 600}),
				at(0.4, expire("gone")), at(2, restart{}), at(4, get(silencesPath)), at(5, post{fire("A")}), at(5.2, get(alertsPath)),
			},
		},
	}
}
