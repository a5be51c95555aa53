package api

import (
	"net/http"
	"testing"
	"time"
)

func TestGetCluster(t *testing.T) {
	r := newRig(t, nil)
	wantAnswer(t, r.get(t, "/api/tocsin/v1/cluster"), http.StatusOK, `{"status":"disabled","peers":[]}`+"\n")

	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	r.engine.cluster = Cluster{Name: "a", Status: "ready", Replicas: []Replica{
		{Name: "a", Address: "10.0.0.1:9094", Version: "1.2.3", Self: true, Health: "alive", Equal: true},
		{Name: "b<", Address: "10.0.0.2:9094", Health: "suspect", LastContact: at, Lag: .25, QueuedBytes: 7, ComparedAt: at, Unequal: []string{"nfl"}},
		{Address: "10.0.0.3:9094", Health: "failed"},
	}}
	wantAnswer(t, r.get(t, "/api/tocsin/v1/cluster"), http.StatusOK, `{"name":"a","status":"ready","peers":[`+
		`{"name":"a","address":"10.0.0.1:9094","version":"1.2.3","self":true,"health":"alive","lag":0,"queuedBytes":0,"equal":true},`+
		`{"name":"b<","address":"10.0.0.2:9094","self":false,"health":"suspect","lastContact":"2026-05-01T10:00:00Z","lag":0.25,"queuedBytes":7,`+
		`"comparedAt":"2026-05-01T10:00:00Z","equal":false,"unequal":["nfl"]},`+
		`{"name":"","address":"10.0.0.3:9094","self":false,"health":"failed","lag":0,"queuedBytes":0,"equal":false}]}`+"\n")
}
