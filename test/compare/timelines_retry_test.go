package compare_test

import "net/http"

func retryTimelines() []timeline {
	away := func(times, status int) turnAway {
		return turnAway{path: "team", refusal: refusal{status: status, times: times}}
	}
	two := "route: {receiver: team, group_by: [alertname], " + quick + "}\n" +
		"receivers: [{name: team, webhook_configs: [{url: SINK/team}, {url: SINK/other}]}]\n"
	return []timeline{
		{
			name: "a receiver fails twice", config: oneRoute(), end: 6, slack: 2.5,
			steps: []step{at(0, away(2, http.StatusServiceUnavailable)), at(0.1, post{fire("A")})},
		},
		{
			name: "a receiver says bad request", config: oneRoute(), end: 6,
			steps: []step{at(0, away(1, http.StatusBadRequest)), at(0.1, post{fire("A")})},
		},
		{
			name: "a receiver refuses the resolved message", config: oneRoute(), end: 8,
			steps: []step{at(0, post{fire("A")}), at(2, away(1, http.StatusNotFound)), at(2, post{ended("A", 2)}), at(4, get(groupsPath))},
		},
		{
			name: "one of two webhooks fails", config: two, end: 8,
			steps: []step{at(0, away(1, http.StatusForbidden)), at(0.1, post{fire("A")})},
		},
		{
			name: "too many requests", config: slowly(oneRoute()), end: 6,
			steps: []step{at(0, turnAway{path: "team", refusal: refusal{status: http.StatusTooManyRequests, retryAfter: "1", times: 1}}), at(0, post{fire("A")})},
		},
		{
			name: "a receiver is down for long", config: oneRoute(), end: 26, slack: 12,
			steps: []step{at(0, away(1000, http.StatusServiceUnavailable)), at(0.1, post{fire("A")}), at(13, away(0, 0))},
		},
		{
			name: "what fires resolves while the receiver is down", config: oneRoute(), end: 14, slack: 6,
			steps: []step{at(0, away(4, http.StatusBadGateway)), at(0.1, post{fire("A")}), at(1.4, post{ended("A", 1.4)})},
		},
		{
			name: "an alert is added while the receiver is down", config: oneRoute(), end: 14, slack: 6,
			steps: []step{at(0, away(4, http.StatusInternalServerError)), at(0.1, post{fire("A host=a")}), at(1.4, post{fire("A host=b")})},
		},
	}
}
