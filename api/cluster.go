package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// Replica is what this replica knows of one of the cluster, itself included.
type Replica struct {
	Name    string `json:"name"` // empty: never seen
	Address string `json:"address"`
	Version string `json:"version,omitempty"`
	Self    bool   `json:"self"`
	Health  string `json:"health"` // alive, suspect or failed
	// LastContact is when it last gave a sign of life; zero: never, or this one.
	LastContact time.Time `json:"lastContact,omitzero"`
	// Lag is how long the last change that came from it was on its way, in seconds.
	Lag         float64 `json:"lag"`
	QueuedBytes int     `json:"queuedBytes"` // that wait to be sent to it
	// ComparedAt is when the states were last compared; zero: never, or this one.
	ComparedAt time.Time `json:"comparedAt,omitzero"`
	Equal      bool      `json:"equal"`             // they were the same then
	Unequal    []string  `json:"unequal,omitempty"` // else the names of those that were not
}

// routeCluster routes what an operator asks of the cluster.
func (s *server) routeCluster(mux *http.ServeMux) {
	const path = "/api/tocsin/v1/cluster"
	e := endpoints{http.MethodGet: s.getCluster}
	mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
}

// getCluster shows every replica as this one sees it.
func (s *server) getCluster(w http.ResponseWriter, _ *http.Request) error {
	c := s.engine.Cluster()
	if c.Replicas == nil {
		c.Replicas = []Replica{} // not null
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(struct {
		Name   string    `json:"name,omitempty"`
		Status string    `json:"status"`
		Peers  []Replica `json:"peers"`
	}{c.Name, c.Status, c.Replicas}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaJSON)
	if _, err := w.Write(body.Bytes()); err != nil {
		return errAborted
	}
	return nil
}
