package client

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ClusterView is every replica as the one that was asked sees it.
type ClusterView struct {
	Name   string    `json:"name,omitempty"` // of the one that was asked
	Status string    `json:"status"`         // ready, settling or ClusterDisabled
	Peers  []Replica `json:"peers"`          // that one and missing ones included
}

// States of a cluster that are not the usual one.
const (
	ClusterDisabled = "disabled"
	ClusterSettling = "settling" // the one that was asked does not yet know what the others do
)

// Replica is one of the cluster. Its fields have the order of the API.
type Replica struct {
	Name        string    `json:"name"` // empty: never seen
	Address     string    `json:"address"`
	Version     string    `json:"version,omitempty"`
	Self        bool      `json:"self"` // it is the one that was asked
	Health      string    `json:"health"`
	LastContact time.Time `json:"lastContact,omitzero"` // zero: never
	Lag         float64   `json:"lag"`                  // of the last change from it, in seconds
	QueuedBytes int       `json:"queuedBytes"`          // that wait to be sent to it
	ComparedAt  time.Time `json:"comparedAt,omitzero"`  // zero: never
	Equal       bool      `json:"equal"`                // it held the same then
	Unequal     []string  `json:"unequal,omitempty"`    // else the names of the states that differed
}

// How a replica can do.
const (
	Alive   = "alive"
	Suspect = "suspect"
	Failed  = "failed"
)

// ClusterView asks for the replicas. Status(err) is 404 if the daemon cannot tell.
func (c *Client) ClusterView(ctx context.Context) (ClusterView, error) {
	var v ClusterView
	what := call{method: http.MethodGet, api: ownPath, path: "cluster", answer: &v}
	if err := c.do(ctx, what); err != nil {
		return v, err
	}
	if v.Status == "" {
		return v, &Error{
			Method: what.method,
			URL:    c.options.Base.JoinPath(what.api, what.path).String(),
			Err:    fmt.Errorf("%w: it has no status", ErrNotAPI),
		}
	}
	v.Peers = listed(v.Peers)
	return v, nil
}
