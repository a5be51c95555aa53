package compare_test

// explainedByVersion lists what Alertmanager has changed since 0.25. tocsin does
// as 0.34 does.
func explainedByVersion() []explanation {
	mutedBy := func(timeline, interval string) explanation {
		return explanation{
			timeline: timeline, reason: version,
			why: "0.34 shows which time intervals mute a group, and can leave such groups out; 0.25 shows them as active.",
			what: []difference{
				{`GET /api/v2/alerts/groups[0].alerts[0].status.state`, `active`, `suppressed`},
				{`GET /api/v2/alerts/groups[0].alerts[0].status.mutedBy`, nothing, `[` + interval + `]`},
				{`GET /api/v2/alerts/groups?muted=false[0].*`, `*`, `*`},
				{`GET /api/v2/alerts/groups?muted=false[1]`, `{* labels:{alertname:B} receiver:{name:root}}`, nothing},
			},
		}
	}
	return []explanation{
		mutedBy("muted", "always"),
		mutedBy("not active now", "never"),
		mutedBy("active and muted", "weekdays"),
		{
			timeline: "an old alert joins a group that waits", reason: version,
			why: "0.34 lets only the first alert of a group decide when it speaks for the first time; in 0.25 any old alert hurried it.",
			what: []difference{
				{`team {}:{alertname="A"} #1`, `at 1s: firing{alertname:A host:a} firing{alertname:A host:b}`, nothing},
				{`team {}:{alertname="A"} #2`, nothing, `at 4s: firing{alertname:A host:a} firing{alertname:A host:b}`},
			},
		},
		{
			timeline: "names of UTF-8", reason: version,
			why: "Since 0.27 names of labels and annotations may hold any UTF-8; 0.25 refused them.",
			what: []difference{
				{`label status`, `400`, `200`},
				{`label Content-Type`, `application/json`, nothing},
				{`label`, `a text`, ``},
				{`annotation status`, `400`, `200`},
				{`annotation Content-Type`, `application/json`, nothing},
				{`annotation`, `a text`, ``},
				{`silence status`, `400`, `200`},
				{`silence`, `a text`, `{silenceID:an id}`},
				{`GET /api/v2/alerts[*`, nothing, `{*}`},
				{`GET /api/v2/alerts?filter=%22h%C3%B6st.name%22%3D%221%22 status`, `400`, `200`},
				{`GET /api/v2/alerts?filter=%22h%C3%B6st.name%22%3D%221%22`, `a text`, `[{* labels:{alertname:U höst.name:1} *}]`},
				{`GET /api/v2/alerts/groups?filter=te-am%3Dx status`, `400`, `200`},
				{`GET /api/v2/alerts/groups?filter=te-am%3Dx`, `a text`, `[]`},
				{`team {}:{alertname="U"} #1`, nothing, `at 1s: firing{alertname:U}`},
			},
		},
		{
			timeline: "a date as time", reason: version,
			why: "0.34 takes a date alone as a time; 0.25 did not.",
			what: []difference{
				{`date status`, `400`, `200`},
				{`date Content-Type`, `application/json`, nothing},
				{`date`, `{code:400 message:a text}`, ``},
				{`GET /api/v2/alerts[0]`, nothing, `{* endsAt:2030-01-02T00:00:00.000Z *}`},
				{`team {}:{alertname="A"} #1`, nothing, `at 1s: firing{alertname:A}`},
			},
		},
		{
			timeline: "bad silences", reason: version,
			why: "0.34 says 404 where there is no silence to delete; 0.25 said 500.",
			what: []difference{
				{`DELETE unknown status`, `500`, `404`},
				{`DELETE unknown Content-Type`, `application/json`, nothing},
				{`DELETE unknown`, `a text`, ``},
			},
		},
		{
			timeline: "order and filters of silences", reason: version,
			why: "0.34 can list silences by state; 0.25 ignored the parameters.",
			what: []difference{
				{`GET /api/v2/silences?active=false[*`, `*`, `*`},
				{`GET /api/v2/silences?expired=false&pending=no[*]`, `{*}`, nothing},
			},
		},
		{
			timeline: "paths and methods", reason: version,
			why: "0.34 redirects with 307, which keeps the method; 0.25 with 301.",
			what: []difference{
				{`GET /api/v2 status`, `301`, `307`},
				{`GET /api/v2`, `*Moved Permanently*`, `*Temporary Redirect*`},
				{`GET /debug/pprof status`, `301`, `307`},
				{`GET /debug/pprof`, `*Moved Permanently*`, `*Temporary Redirect*`},
			},
		},
		{
			timeline: "paths and methods", reason: version,
			why: "Version 1 of the API was removed in 0.27, what is left says so.",
			what: []difference{
				{`* /api/v1/* status`, `200`, `410`},
				{`* /api/v1/* Cache-Control`, `* no-store*`, nothing},
				{`* /api/v1/* Access-Control-Allow-Origin`, `*`, nothing},
				{`* /api/v1/* Access-Control-Allow-Methods`, `*`, nothing},
				{`* /api/v1/*.status`, `success`, `deprecated`},
				{`* /api/v1/*.data`, `*`, nothing},
				{`* /api/v1/*.error`, nothing, `*removed in version 0.27.0*`},
			},
		},
		{
			timeline: "health and other origins", reason: version,
			why: "0.34 answers a preflight without a body, and says so with 204; 0.25 said 200.",
			what: []difference{
				{`preflight * status`, `200`, `204`},
			},
		},
	}
}
