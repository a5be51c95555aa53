package compare_test

func restartTimelines() []timeline {
	return []timeline{
		{
			name: "restart after it was told", config: oneRoute(), end: 10,
			steps: []step{at(0, post{fire("A").since(0)}), at(2, restart{}), at(4, get(alertsPath)), at(5, post{fire("A").since(0)}), at(8, post{ended("A", 8).since(0)})},
		},
		{
			name: "restart and a new alert", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A host=a").since(0)}), at(2, restart{}), at(5, post{fire("A host=a").since(4.8), fire("A host=b").since(5)})},
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
