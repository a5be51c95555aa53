package compare_test

const (
	always = "- {name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}\n"
	never  = "- {name: never, time_intervals: [{years: ['1999']}]}\n"
	// inZone holds the whole year in which it is played and no other day.
	inZone = "- {name: weekdays, time_intervals: [{weekdays: ['sunday:saturday'], months: ['1:12'], days_of_month: ['1:-1'], location: 'Australia/Sydney'}]}\n"
)

func intervalTimelines() []timeline {
	intervals := func(route string) string {
		return tree("{matchers: [team=\"x\"], receiver: a, "+route+"}") + "time_intervals:\n" + always + never + inZone
	}
	fires := at(0, post{fire("A team=x"), fire("B")})
	look := []step{at(2, get(groupsPath)), at(2, get(alertsPath)), at(2, query(groupsPath, "muted", "false"))}
	return []timeline{
		{name: "muted", config: intervals("mute_time_intervals: [always]"), end: 4, steps: append([]step{fires}, look...)},
		{name: "not muted now", config: intervals("mute_time_intervals: [never]"), end: 2, steps: []step{fires}},
		{name: "active", config: intervals("active_time_intervals: [always, never]"), end: 2, steps: []step{fires}},
		{name: "not active now", config: intervals("active_time_intervals: [never]"), end: 4, steps: append([]step{fires}, look...)},
		{name: "active and muted", config: intervals("active_time_intervals: [always], mute_time_intervals: [never, weekdays]"), end: 4, steps: append([]step{fires}, look...)},
		{
			name: "intervals are not inherited", end: 2,
			config: intervals("mute_time_intervals: [always], routes: [{matchers: [zone=\"1\"], receiver: b}]"),
			steps:  []step{at(0, post{fire("A team=x zone=1"), fire("A team=x")})},
		},
		{
			name: "fires until muted hours end", config: slowly(intervals("mute_time_intervals: [always]")), end: 6,
			steps: []step{fires, at(3, reload(slowly(intervals("mute_time_intervals: [never]"))))},
		},
		{
			name: "resolves in muted hours", config: slowly(intervals("mute_time_intervals: [never]")), end: 14,
			steps: []step{
				fires, at(3, reload(slowly(intervals("mute_time_intervals: [always]")))), at(6, post{ended("A team=x", 6)}),
				at(11, reload(slowly(intervals("mute_time_intervals: [never]")))),
			},
		},
		{
			name: "deprecated mute_time_intervals section", end: 4,
			config: tree(`{matchers: [team="x"], receiver: a, mute_time_intervals: [always]}`) + "mute_time_intervals:\n" + always,
			steps:  []step{fires},
		},
	}
}
