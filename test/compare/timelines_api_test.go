package compare_test

import "fmt"

func apiTimelines() []timeline {
	return []timeline{
		{name: "bad alerts", config: oneRoute(), end: 2, steps: badAlerts()},
		{name: "alerts of all sorts", config: oneRoute(), end: 2, steps: oddAlerts()},
		{
			name: "names of UTF-8", config: oneRoute(), end: 2,
			steps: []step{
				ask("label", postAlerts(`[{"labels":{"alertname":"U","höst.name":"1"}}]`)),
				ask("annotation", postAlerts(`[{"labels":{"alertname":"U"},"annotations":{"a b":"1"}}]`)),
				ask("silence", postSilence(`{"matchers":[{"name":"höst.name","value":"1","isRegex":false}],"createdBy":"","comment":"","startsAt":"NOW+0s","endsAt":"NOW+60s"}`)),
				at(0.5, get(alertsPath)), at(0.5, query(alertsPath, "filter", `"höst.name"="1"`)), at(0.5, query(groupsPath, "filter", "te-am=x")),
			},
		},
		{
			name: "an empty start", config: oneRoute(), end: 2,
			steps: []step{ask("post", postAlerts(`[{"labels":{"alertname":"A"},"startsAt":""}]`)), at(0.5, get(alertsPath))},
		},
		{
			name: "a date as time", config: oneRoute(), end: 2,
			steps: []step{ask("date", postAlerts(`[{"labels":{"alertname":"A"},"endsAt":"2030-01-02"}]`)), at(0.5, get(alertsPath))},
		},
		{name: "bad silences", config: oneRoute(), end: 1, steps: badSilences()},
		{name: "times in alerts", config: oneRoute(), zone: "America/New_York", end: 2, steps: timesOfAlerts()},
		{
			name: "filters of alerts", end: 2,
			config: tree(`{matchers: [team="x"], receiver: a, continue: true}`, `{matchers: [zone="1"], receiver: b}`),
			steps: append([]step{
				ask("post", request{method: "POST", path: alertsPath, body: `[{"labels":{"alertname":"A","team":"x","zone":"1"}},
					{"labels":{"alertname":"A","team":"x"}},{"labels":{"alertname":"B","zone":"1"}},{"labels":{"alertname":"C","zone":"a,b"}}]`}),
				at(0.2, silence{as: "s", matchers: "alertname=C", start: 0, end: 600}),
			}, filters()...),
		},
		{name: "paths and methods", config: oneRoute(), end: 1, steps: paths()},
		{name: "a slash at the end", config: oneRoute(), end: 1, steps: []step{at(0, get("/api/v2/alerts/")), at(0, get("/-/healthy/"))}},
		{name: "receivers and status", config: tree(`{matchers: [team="x"], receiver: a}`), end: 1, steps: []step{at(0, get("/api/v2/receivers")), at(0, get("/api/v2/status"))}},
		{name: "health and other origins", config: oneRoute(), end: 1, steps: health()},
	}
}

func postAlerts(body string) request { return request{method: "POST", path: alertsPath, body: body} }

func badAlerts() []step {
	steps := []step{
		ask("no body", request{method: "POST", path: alertsPath, header: map[string]string{"Content-Type": "application/json"}}),
		ask("no content type", request{method: "POST", path: alertsPath, body: "[]", header: map[string]string{"Content-Type": ""}}),
		ask("text/plain", request{method: "POST", path: alertsPath, body: "[]", header: map[string]string{"Content-Type": "text/plain"}}),
		ask("charset", request{method: "POST", path: alertsPath, body: "[]", header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}),
		ask("accept html", request{method: "GET", path: alertsPath, header: map[string]string{"Accept": "text/html"}}),
	}
	for _, body := range []string{
		`[]`, `null`, `{}`, `garbage`, `[{}]`, `[{"labels":null}]`, `[{"labels":{}}]`, `[{"labels":{"a":""}}]`, `[{"labels":{"a":1}}]`,
		`[{"labels":{"a":null}}]`, `[{"labels":{"a":"b"}},{}]`, `[{"labels":{"a":"b"},"startsAt":"never"}]`, `[{"labels":{"a":"b"},"startsAt":1}]`,
		`[{"labels":{"a":"b"},"startsAt":"NOW+60s","endsAt":"NOW+30s"}]`, `[{"labels":{"":"b"}}]`, `[{"labels":{"a":"b"},"annotations":{"":"b"}}]`,
		`[{"labels":{"a":"b"},"generatorURL":"not a url"}]`, `[{"labels":{"a":"b"},"generatorURL":"/path"}]`, `[{"labels":{"a":"b"},"generatorURL":""}]`,
		`[{"labels":{"a":"b"},"unknown":1}]`, `[] junk`, `[{"labels":{"ok":"1"}},{"labels":{"a":""}},{"labels":{"ok":"2"}}]`, `[null]`,
		`[{"labels":{"a":"b"},"annotations":null,"startsAt":null,"endsAt":null}]`,
	} {
		steps = append(steps, ask(body, postAlerts(body)))
	}
	return append(steps, at(0.5, get(alertsPath)))
}

func oddAlerts() []step {
	return []step{
		ask("post", postAlerts(`[
			{"labels":{"alertname":"A","empty":"","host":"é<&>"},"annotations":{"empty":"","html":"<b>"},"generatorURL":"http://g.test/?<b>"},
			{"labels":{"no_name":"1"}},{"labels":{"alertname":"B","alertname":"C"}}]`)),
		at(0.5, get(alertsPath)), at(0.5, get(groupsPath)),
	}
}

func timesOfAlerts() []step {
	steps := []step{}
	for i, text := range []string{
		"2030-01-02T03:04:05Z", "2030-01-02T03:04:05.123456789+02:00", "2030-01-02T03:04:05.123+0200", "2030-01-02T03:04:05.123456Z",
		"2030-01-02T03:04:05", "2030-01-02T03:04Z", "2030-01-02T03:04", "2030-01-02 03:04:05", "2030-01-02T03:04:05+0200", "03:04",
	} {
		steps = append(steps, ask("ends "+text, postAlerts(fmt.Sprintf(`[{"labels":{"alertname":"A","n":"%02d"},"endsAt":%q}]`, i, text))))
	}
	return append(steps,
		ask("no times", postAlerts(`[{"labels":{"alertname":"B"}}]`)),
		at(0.5, get(alertsPath)),
		at(0.5, silence{as: "s", matchers: "a=b", start: 60, end: 600}), at(0.6, get(silencesPath)))
}

func postSilence(body string) request {
	return request{method: "POST", path: silencesPath, body: body}
}

func badSilences() []step {
	const rest = `"createdBy":"me","comment":"c","startsAt":"NOW+0s","endsAt":"NOW+60s"`
	steps := []step{}
	for _, body := range []string{
		`{}`, `garbage`, `[]`, `{"matchers":[],` + rest + `}`, `{"matchers":[{"name":"a","value":"b"}],` + rest + `}`,
		`{"matchers":[{"value":"b","isRegex":false}],` + rest + `}`, `{"matchers":[{"name":"a","isRegex":false}],` + rest + `}`,
		`{"matchers":[{"name":"a","value":"","isRegex":false}],` + rest + `}`, `{"matchers":[{"name":"a","value":".*","isRegex":true}],` + rest + `}`,
		`{"matchers":[{"name":"a","value":"(","isRegex":true}],` + rest + `}`, `{"matchers":[{"name":"","value":"b","isRegex":false}],` + rest + `}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false,"isEqual":false}],` + rest + `}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"","comment":"","startsAt":"NOW+0s","endsAt":"NOW+60s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"comment":"c","startsAt":"NOW+0s","endsAt":"NOW+60s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","startsAt":"NOW+0s","endsAt":"NOW+60s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","comment":"c","startsAt":"NOW+0s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","comment":"c","startsAt":"NOW+60s","endsAt":"NOW+30s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","comment":"c","startsAt":"NOW-60s","endsAt":"NOW-30s"}`,
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"me","comment":"c","startsAt":"x","endsAt":"NOW+30s"}`,
		`{"id":"nonsense","matchers":[{"name":"a","value":"b","isRegex":false}],` + rest + `}`,
		`{"id":"01234567-89ab-4cde-8f01-23456789abcd","matchers":[{"name":"a","value":"b","isRegex":false}],` + rest + `}`,
	} {
		steps = append(steps, ask(body, postSilence(body)))
	}
	for _, method := range []string{"GET", "DELETE"} {
		steps = append(steps,
			ask(method+" unknown", request{method: method, path: "/api/v2/silence/01234567-89ab-4cde-8f01-23456789abcd"}),
			ask(method+" nonsense", request{method: method, path: "/api/v2/silence/nonsense"}))
	}
	return append(steps,
		ask("bad filter", query(silencesPath, "filter", "a")), ask("braces", query(silencesPath, "filter", "{a=1}")), ask("empty filter", query(silencesPath, "filter", "")))
}

func filters() []step {
	var steps []step
	for _, path := range []string{alertsPath, groupsPath} {
		for _, params := range [][]string{
			{"filter", `team="x"`},
			{"filter", "team=x"},
			{"filter", "team=x", "filter", "zone=1"},
			{"filter", "team!=x"},
			{"filter", `zone=~"1|a.*"`},
			{"filter", "zone!~1"},
			{"filter", "zone=a,b"},
			{"filter", "team="},
			{"filter", "team!="},
			{"filter", "nolabel="},
			{"filter", `team=~"^$"`},
			{"filter", "team"},
			{"filter", "{team=x}"},
			{"filter", ""},
			{"filter", `a="b`},
			{"filter", "team=~("},
			{"receiver", "a"},
			{"receiver", "a|b"},
			{"receiver", "ro"},
			{"receiver", "ro.*"},
			{"receiver", "("},
			{"receiver", ""},
			{"active", "false"},
			{"silenced", "0"},
			{"silenced", "off"},
			{"inhibited", "FALSE"},
			{"active", "yes"},
			{"unprocessed", "false"},
			{"active", "false", "active", "true"},
			{"unknown", "1"},
			{"receiver", "a", "filter", "zone=1"},
		} {
			steps = append(steps, at(0.5, query(path, params...)))
		}
	}
	return steps
}

func paths() []step {
	var steps []step
	for _, r := range []request{
		{method: "PUT", path: alertsPath},
		{method: "DELETE", path: alertsPath},
		{method: "HEAD", path: alertsPath},
		{method: "OPTIONS", path: alertsPath},
		{method: "POST", path: groupsPath},
		{method: "POST", path: "/api/v2/status"},
		{method: "DELETE", path: silencesPath},
		{method: "POST", path: "/api/v2/silence/01234567-89ab-4cde-8f01-23456789abcd"},
		{method: "GET", path: "/api/v2/nothing"},
		{method: "GET", path: "/api/v2"},
		{method: "GET", path: "/api/v2/"},
		{method: "GET", path: "/api/v2/swagger.json"},
		{method: "GET", path: "/api/v1/alerts"},
		{method: "POST", path: "/api/v1/alerts", body: "[]"},
		{method: "GET", path: "/api/v1/status"},
		{method: "GET", path: "/api/v1/nothing"},
		{method: "GET", path: "/-/reload"},
		{method: "PUT", path: "/-/reload"},
		{method: "POST", path: "/-/healthy"},
		{method: "GET", path: "/nothing"},
		{method: "HEAD", path: "/metrics"},
		{method: "GET", path: "/debug/pprof"},
	} {
		steps = append(steps, step{do: r})
	}
	return steps
}

func health() []step {
	from := map[string]string{"Origin": "http://elsewhere.test"}
	preflight := func(method string) map[string]string {
		return map[string]string{"Origin": "http://elsewhere.test", "Access-Control-Request-Method": method}
	}
	return []step{
		at(0, get("/-/healthy")), at(0, get("/-/ready")), at(0, request{method: "HEAD", path: "/-/healthy"}), at(0, request{method: "HEAD", path: "/-/ready"}),
		ask("another origin", request{method: "GET", path: alertsPath, header: from}),
		ask("preflight GET", request{method: "OPTIONS", path: alertsPath, header: preflight("GET")}),
		ask("preflight POST", request{method: "OPTIONS", path: alertsPath, header: preflight("POST")}),
		ask("preflight DELETE", request{method: "OPTIONS", path: "/api/v2/silence/01234567-89ab-4cde-8f01-23456789abcd", header: preflight("DELETE")}),
	}
}
