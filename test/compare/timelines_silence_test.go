package compare_test

func silenceTimelines() []timeline {
	hour := silence{as: "s", matchers: "alertname=A", start: 0, end: 3600, comment: "known"}
	from := func(start, end float64) silence { q := hour; q.start, q.end = start, end; return q }
	return []timeline{
		{
			name: "silenced from the start", config: oneRoute(), end: 4,
			steps: []step{
				at(0, hour), at(0.2, post{fire("A"), fire("B")}), at(0.5, get(alertsPath)), at(0.5, get(groupsPath)), at(0.5, get(silencesPath)),
				at(0.5, get("/api/v2/silence/<s>")), at(2, query(alertsPath, "silenced", "false")), at(2, query(groupsPath, "silenced", "false")),
				at(2, query(alertsPath, "active", "false")),
			},
		},
		{
			name: "a silence that ends by itself", config: oneRoute(), end: 6,
			steps: []step{at(0, from(0, 2)), at(0.2, post{fire("A")}), at(2.5, get(silencesPath)), at(2.5, get(alertsPath))},
		},
		{
			name: "a silence that is expired", config: oneRoute(), end: 8,
			steps: []step{
				at(0, hour), at(0.2, post{fire("A")}), at(4.2, expire("s")), at(4.4, get("/api/v2/silence/<s>")), at(4.4, get(silencesPath)),
				{at: 4.6, note: "expire it again", do: expire("s")},
				at(4.8, get(alertsPath)),
			},
		},
		{
			name: "a silence that begins later", config: oneRoute(), end: 8,
			steps: []step{
				at(0, from(2, 3600)), at(0.2, get(silencesPath)), at(0.4, post{fire("A host=a")}),
				at(2.5, post{fire("A host=b")}), at(4, get(alertsPath)), at(4, get(silencesPath)),
			},
		},
		{
			name: "one of two alerts is silenced", config: oneRoute(), end: 8,
			steps: []step{
				at(0, silence{as: "s", matchers: "host=b", start: 0, end: 3600}), at(0.2, post{fire("A host=a"), fire("A host=b")}),
				at(2.2, expire("s")), at(6.2, post{ended("A host=a", 6.2)}),
			},
		},
		{
			name: "resolves while silenced", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A")}), at(2, hour), at(4, post{ended("A", 4)}), at(6, get(groupsPath))},
		},
		{
			name: "resolves while silenced and fires again", config: oneRoute(), end: 12,
			steps: []step{at(0, post{fire("A")}), at(2, hour), at(4, post{ended("A", 4)}), at(6, expire("s")), at(8, post{fire("A")})},
		},
		{
			name: "silenced and back without a change", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A")}), at(2, hour), at(4, expire("s"))},
		},
		{
			name: "one is silenced when the other resolves", config: oneRoute(), end: 8,
			steps: []step{
				at(0, post{fire("A host=a"), fire("A host=b")}), at(2, silence{as: "s", matchers: "host=a", start: 2, end: 3600}),
				at(4, post{ended("A host=b", 4)}),
			},
		},
		{
			name: "matchers of silences", config: oneRoute(), end: 2,
			steps: []step{
				at(0, silence{as: "one", matchers: "alertname=~A|B host!=x", start: 0, end: 3600}),
				at(0, silence{as: "two", matchers: "alertname=C zone!~a.*", start: 0, end: 3600}),
				at(0, silence{as: "three", matchers: "alertname=C host=", start: 0, end: 3600}),
				at(0.2, post{fire("A host=x"), fire("A host=y"), fire("AB"), fire("C zone=ab host=h"), fire("C zone=b host=h"), fire("C")}),
				at(0.5, get(alertsPath)),
			},
		},
		{
			name: "two silences of one alert", config: oneRoute(), end: 6,
			steps: []step{
				at(0, silence{as: "one", matchers: "alertname=A", start: 0, end: 3600}), at(0, silence{as: "two", matchers: "host=a", start: 0, end: 2}),
				at(0.2, post{fire("A host=a")}), at(0.5, get(alertsPath)), at(2.5, get(alertsPath)), at(2.6, expire("one")),
			},
		},
		{
			name: "a silence is changed in place", config: oneRoute(), end: 3,
			steps: []step{
				at(0, hour), at(1, silence{as: "longer", id: "<s>", matchers: "alertname=A", start: 0, end: 7200, comment: "longer"}),
				at(1.2, get(silencesPath)),
			},
		},
		{
			name: "a silence is replaced", config: oneRoute(), end: 4,
			steps: []step{
				at(0, hour), at(0.2, post{fire("A"), fire("B")}),
				at(0.5, silence{as: "other", id: "<s>", matchers: "alertname=B", start: 0, end: 7200, comment: "other"}),
				at(0.8, get(silencesPath)), at(0.8, get(alertsPath)),
			},
		},
		{
			name: "an expired silence is changed", config: oneRoute(), end: 2,
			steps: []step{
				at(0, hour), at(0.3, expire("s")),
				at(0.6, silence{as: "again", id: "<s>", matchers: "alertname=A", start: 0, end: 7200}),
				at(0.9, get(silencesPath)),
			},
		},
		{
			name: "a pending silence is changed and expired", config: oneRoute(), end: 2,
			steps: []step{
				at(0, from(600, 3600)), at(0.2, silence{as: "sooner", id: "<s>", matchers: "alertname=A", start: 300, end: 3600}),
				at(0.4, get(silencesPath)), at(0.6, request{method: "DELETE", path: "/api/v2/silence/<s>"}), at(0.8, get(silencesPath)),
			},
		},
		{
			name: "order and filters of silences", config: oneRoute(), end: 2,
			steps: []step{
				at(0, silence{as: "long", matchers: "a=1 b=2", start: 0, end: 3600}), at(0, silence{as: "short", matchers: "a=1", start: 0, end: 1800}),
				at(0, silence{as: "late", matchers: "a=~1", start: 900, end: 3600}), at(0, silence{as: "soon", matchers: "a=1", start: 300, end: 4000}),
				at(0, silence{as: "done", matchers: "a=1", start: 0, end: 3600}), at(0.2, silence{as: "gone", matchers: "a!=1 b=2", start: 0, end: 3600}),
				at(0.4, expire("done")), at(0.8, expire("gone")), at(1, get(silencesPath)),
				at(1, query(silencesPath, "filter", "a=1")), at(1, query(silencesPath, "filter", "a=1", "filter", "b=2")),
				at(1, query(silencesPath, "filter", `a=~"1"`)), at(1, query(silencesPath, "filter", "a!=1")),
				at(1, query(silencesPath, "active", "false")), at(1, query(silencesPath, "expired", "false", "pending", "no")),
			},
		},
	}
}
