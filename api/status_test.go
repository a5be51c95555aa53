package api

import (
	"net/http"
	"testing"
)

func TestGetStatus(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Version = VersionInfo{Branch: "b", BuildDate: "d", BuildUser: "u@h", GoVersion: "go1", Revision: "<r>", Version: "1"}
	})
	const tail = `"uptime":"2026-05-01T08:00:00.123Z","versionInfo":{"branch":"b","buildDate":"d","buildUser":"u@h","goVersion":"go1","revision":"<r>","version":"1"}}` + "\n"
	r.engine.config = "a: <secret>\n"
	r.engine.cluster = Cluster{Status: "disabled"}
	wantAnswer(t, r.get(t, "/api/v2/status"), http.StatusOK,
		`{"cluster":{"peers":[],"status":"disabled"},"config":{"original":"a: <secret>\n"},`+tail)
	peers := []Peer{{"n2", "10.0.0.2:9094"}, {"n1", "10.0.0.1:9094"}}
	r.engine.cluster = Cluster{Name: "n1", Status: "settling", Peers: peers}
	wantAnswer(t, r.get(t, "/api/v2/status"), http.StatusOK,
		`{"cluster":{"name":"n1","peers":[{"address":"10.0.0.1:9094","name":"n1"},{"address":"10.0.0.2:9094","name":"n2"}],"status":"settling"},`+
			`"config":{"original":"a: <secret>\n"},`+tail)
	if peers[0].Name != "n2" {
		t.Error("the engine's peers have been sorted in place")
	}
}

func TestGetReceivers(t *testing.T) {
	r := newRig(t, nil)
	wantAnswer(t, r.get(t, "/api/v2/receivers"), http.StatusOK, "[]\n")
	r.engine.receivers = []Receiver{
		{Name: "z<", Labels: map[string]string{"tier": "&", "name": "other"}},
		{Name: "a"},
	}
	const first, second = `{"labels":{"name":"z<","tier":"&"},"name":"z<"}`, `{"labels":{"name":"a"},"name":"a"}`
	for query, want := range map[string]string{
		"":                                "[" + first + "," + second + "]\n",
		"?receiver_matchers=name=a":       "[" + second + "]\n",
		"?receiver_matchers=tier!=%22%22": "[" + first + "]\n",
		"?receiver_matchers=tier=%22%22":  "[" + second + "]\n",
		"?receiver_matchers=name=a&receiver_matchers=tier=x": "[]\n",
	} {
		wantAnswer(t, r.get(t, "/api/v2/receivers"+query), http.StatusOK, want)
	}
	if w := r.get(t, "/api/v2/receivers?receiver_matchers=("); w.Code != http.StatusBadRequest {
		t.Errorf("bad matcher: %d", w.Code)
	}
}
