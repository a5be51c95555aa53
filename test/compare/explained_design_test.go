package compare_test

// explainedByDesign lists what tocsin does otherwise on purpose; the reasons are
// rows of docs/differences.md.
func explainedByDesign() []explanation {
	const (
		muted    = "an alert resolves while silenced, inhibited or in muted hours"
		failing  = "a receiver fails beyond `group_interval`"
		reloaded = "reload"
	)
	return []explanation{
		{
			timeline: "resolves while silenced", reason: muted,
			why:  "The receiver was told that it fires, so it is told that it has resolved.",
			what: []difference{{`team {}:{alertname="A"} #2`, nothing, `at 5s: resolved{alertname:A}`}},
		},
		{
			timeline: "resolves while silenced and fires again", reason: muted,
			why: "The receiver hears of the resolve and so of the next firing as well.",
			what: []difference{
				{`team {}:{alertname="A"} #2`, nothing, `at 5s: resolved{alertname:A}`},
				{`team {}:{alertname="A"} #3`, nothing, `at 9s: firing{alertname:A}`},
			},
		},
		{
			timeline: "resolves while inhibited", reason: muted,
			why:  "The receiver was told that it fires, so it is told that it has resolved.",
			what: []difference{{`team {}:{alertname="W"} #2`, nothing, `at 5s: resolved{alertname:W sev:warn zone:1}`}},
		},
		{
			timeline: "an alert is added while the receiver is down", reason: failing,
			why: "The attempt that succeeds carries the newest state, so that a second message is not needed.",
			what: []difference{
				{`team {}:{alertname="A"} #1.alerts[1]`, nothing, `{* labels:{alertname:A host:b} * status:firing}`},
				{`team {}:{alertname="A"} #1.commonLabels.host`, `a`, nothing},
				{`team {}:{alertname="A"} #2`, `firing{alertname:A host:a} firing{alertname:A host:b}`, nothing},
			},
		},
		{
			timeline: "what fires resolves while the receiver is down", reason: failing,
			why: "Each attempt carries the newest state: nobody has heard of the alert, so there is nothing to take back.",
			what: []difference{
				{`team {}:{alertname="A"} #1`, `firing{alertname:A}`, nothing},
				{`team {}:{alertname="A"} #2`, `resolved{alertname:A}`, nothing},
			},
		},
		{
			timeline: "too many requests", reason: "status 429",
			why: "tocsin tries again after the second that Retry-After names, Alertmanager at the next tick.",
			what: []difference{
				{`team {}:{alertname="A"} #1`, nothing, `at 2s: firing{alertname:A}`},
				{`team {}:{alertname="A"} #2`, `at 5s: firing{alertname:A}`, nothing},
			},
		},
		{
			timeline: "a reload while a group waits", reason: reloaded,
			why: "The group keeps its timer; in Alertmanager group_wait starts again.",
			what: []difference{
				{`team {}:{alertname="A"} #1`, nothing, `at 4s: firing{alertname:A}`},
				{`team {}:{alertname="A"} #2`, `at 6s: firing{alertname:A}`, nothing},
			},
		},
		{
			timeline: "a reload between two ticks", reason: reloaded,
			why: "The group keeps its timer; in Alertmanager it is new, and speaks at once because its alert is old.",
			what: []difference{
				{`team {}:{alertname="A"} #2`, `at 6s: firing{alertname:A host:a} firing{alertname:A host:b}`, nothing},
				{`team {}:{alertname="A"} #3`, nothing, `at 8s: firing{alertname:A host:a} firing{alertname:A host:b}`},
			},
		},
		{
			timeline: "fires until muted hours end", reason: reloaded,
			why: "The group keeps its timer; in Alertmanager it is new, and speaks at once because its alert is old.",
			what: []difference{
				{`a {}/{team="x"}:{alertname="A"} #1`, `at 3s: firing{alertname:A team:x}`, nothing},
				{`a {}/{team="x"}:{alertname="A"} #2`, nothing, `at 5s: firing{alertname:A team:x}`},
			},
		},
		{
			timeline: "resolves in muted hours", reason: reloaded,
			why: "The group keeps its timer. Alertmanager had dropped the alert from the group; only the reload, by which muted hours end here, brings it back.",
			what: []difference{
				{`a {}/{team="x"}:{alertname="A"} #2`, `at 11s: resolved{alertname:A team:x}`, nothing},
				{`a {}/{team="x"}:{alertname="A"} #3`, nothing, `at 13s: resolved{alertname:A team:x}`},
			},
		},
		{
			timeline: "siblings with the same matchers and receiver", reason: "sibling routes with equal matchers and the same receiver",
			why:  "Both routes have told what they have to tell.",
			what: []difference{{`a {}/{team="x"}:{alertname="A"} #2`, nothing, `at 3s: firing{alertname:A team:x}`}},
		},
		{
			timeline: "an inhibition is removed", reason: reloaded,
			why: "The group keeps its timer; in Alertmanager it is new, and speaks at once because its alert is old.",
			what: []difference{
				{`team {}:{alertname="W"} #1`, `at 3s: firing{alertname:W sev:warn}`, nothing},
				{`team {}:{alertname="W"} #2`, nothing, `at 5s: firing{alertname:W sev:warn}`},
			},
		},
		{
			timeline: "a broken file", reason: "configuration mistakes",
			why:  "All mistakes are named, with path and line.",
			what: []difference{{`POST /-/reload`, `failed to reload config: *`, `failed to reload config: *route.receiver: line 1: *`}},
		},
		{
			timeline: "bad alerts", reason: "`null` in a batch of alerts",
			why: "Alertmanager panics and drops the connection.",
			what: []difference{
				{`[null] status`, `0`, `422`},
				{`[null] Content-Type`, nothing, `application/json`},
				{`[null]`, `the connection is dropped`, `{code:602 message:0 in body is required}`},
			},
		},
		{
			timeline: "restart after it was told", reason: "a restart",
			why:  "Alertmanager knows no alerts until they are reported again.",
			what: []difference{{`GET /api/v2/alerts[0]`, nothing, `{*state:active}*}`}},
		},
		{
			timeline: "restart before it was told", reason: "a restart",
			why: "Alertmanager does not know the alert any more until it is reported again.",
			what: []difference{
				{`team {}:{alertname="A"} #1`, nothing, `at 1s: firing{alertname:A}`},
				{`team {}:{alertname="A"} #2`, `at 5s: firing{alertname:A}`, nothing},
			},
		},
		{
			timeline: "restart and nothing is reported again", reason: "a restart",
			why: "Alertmanager has forgotten that the other alert fires, and tells that all is over.",
			what: []difference{
				{`GET /api/v2/alerts[0]`, nothing, `{*host:b*state:active*}`},
				{`team {}:{alertname="A"} #2`, `at 3s: resolved{alertname:A host:a}`, nothing},
				{`team {}:{alertname="A"} #3`, nothing, `at 5s: resolved{alertname:A host:a} firing{alertname:A host:b}`},
			},
		},
		{
			timeline: "restart and a new alert", reason: "a restart",
			why: "The group is still there, and its next tick is at 9s; in Alertmanager it is a new one, which waits anew.",
			what: []difference{
				{`team {}:{alertname="A"} #2`, `at 7s: firing{alertname:A host:a} firing{alertname:A host:b}`, nothing},
				{`team {}:{alertname="A"} #3`, nothing, `at 9s: firing{alertname:A host:a} firing{alertname:A host:b}`},
			},
		},
	}
}
