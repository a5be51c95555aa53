package compare_test

func inhibitTimelines() []timeline {
	rule := func(text string) string { return oneRoute("inhibit_rules: [" + text + "]\n") }
	page := rule(`{source_matchers: [sev="page"], target_matchers: [sev="warn"], equal: [zone]}`)
	return []timeline{
		{
			name: "inhibited", config: page, end: 4,
			steps: []step{
				at(0, post{fire("P sev=page zone=1"), fire("W sev=warn zone=1"), fire("W sev=warn zone=2"), fire("W sev=warn")}),
				at(0.5, get(alertsPath)), at(0.5, get(groupsPath)), at(0.5, query(alertsPath, "inhibited", "false")), at(0.5, query(groupsPath, "inhibited", "false")),
			},
		},
		{
			name: "the source resolves", config: page, end: 6,
			steps: []step{at(0, post{fire("P sev=page zone=1"), fire("W sev=warn zone=1")}), at(2, post{ended("P sev=page zone=1", 2)}), at(2.2, get(alertsPath))},
		},
		{
			name: "the source comes later", config: page, end: 6,
			steps: []step{at(0, post{fire("W sev=warn zone=1 host=a")}), at(2, post{fire("P sev=page zone=1"), fire("W sev=warn zone=1 host=b")}), at(4, get(alertsPath))},
		},
		{
			name: "resolves while inhibited", config: page, end: 8,
			steps: []step{at(0, post{fire("W sev=warn zone=1")}), at(2, post{fire("P sev=page zone=1")}), at(4, post{ended("W sev=warn zone=1", 4)}), at(6, post{ended("P sev=page zone=1", 6)})},
		},
		{
			name: "source and target are missing the equal label", config: page, end: 2,
			steps: []step{at(0, post{fire("P sev=page"), fire("W sev=warn"), fire("W sev=warn zone=1")}), at(0.5, get(alertsPath))},
		},
		{
			name: "no equal labels", config: rule(`{source_matchers: [sev="page"], target_matchers: [sev="warn"]}`), end: 2,
			steps: []step{at(0, post{fire("P sev=page zone=1"), fire("W sev=warn zone=2")}), at(0.5, get(alertsPath))},
		},
		{
			name: "source and target at once", config: rule(`{source_matchers: [sev=~"page|warn"], target_matchers: [sev=~"warn|info"], equal: [zone]}`), end: 2,
			steps: []step{
				at(0, post{fire("W sev=warn zone=1"), fire("I sev=info zone=1"), fire("W sev=warn zone=2"), fire("P sev=page zone=2")}),
				at(0.5, get(alertsPath)),
			},
		},
		{
			name: "the latest of several sources is exempt", config: rule(`{source_matchers: [team="x"], target_matchers: [sev="warn"], equal: [zone]}`), end: 4,
			steps: []step{
				at(0, post{fire("P team=x zone=1").until(600)}), at(0.2, post{fire("Q team=x sev=warn zone=1").until(1200)}),
				at(0.4, post{fire("T team=x sev=warn zone=1 host=t").until(300)}), at(0.6, get(alertsPath)),
			},
		},
		{
			name: "one of several sources resolves", config: page, end: 6,
			steps: []step{
				at(0, post{fire("P sev=page zone=1 host=a").until(600), fire("P sev=page zone=1 host=b").until(500), fire("W sev=warn zone=1")}),
				at(2, post{ended("P sev=page zone=1 host=a", 2)}), at(2.2, get(alertsPath)),
			},
		},
		{
			name: "a silenced source inhibits", config: page, end: 2,
			steps: []step{at(0, silence{as: "s", matchers: "sev=page", start: 0, end: 600}), at(0.2, post{fire("P sev=page zone=1"), fire("W sev=warn zone=1")}), at(0.5, get(alertsPath))},
		},
		{
			name:   "an inhibited source inhibits",
			config: rule(`{source_matchers: [sev="page"], target_matchers: [sev="warn"]}, {source_matchers: [sev="warn"], target_matchers: [sev="info"]}`), end: 2,
			steps: []step{at(0, post{fire("P sev=page"), fire("W sev=warn"), fire("I sev=info")}), at(0.5, get(alertsPath))},
		},
		{
			name: "deprecated inhibition", config: rule(`{source_match: {sev: page}, target_match_re: {sev: "warn|info"}, equal: [zone]}`), end: 2,
			steps: []step{at(0, post{fire("P sev=page zone=1"), fire("W sev=warn zone=1"), fire("I sev=info zone=1"), fire("I sev=infos zone=1")}), at(0.5, get(alertsPath))},
		},
	}
}
