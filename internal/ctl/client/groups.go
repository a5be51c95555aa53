package client

import (
	"context"
	"net/http"
	"net/url"
)

// AlertGroup is a group of alerts that are told together.
type AlertGroup struct {
	Alerts      []Alert           `json:"alerts"`
	Labels      map[string]string `json:"labels"`
	Receiver    Name              `json:"receiver"`
	RouteLabels map[string]string `json:"routeLabels,omitzero"` // nil: the daemon does not know any
}

// GroupQuery says which groups are wanted: those with alerts that match, in any state.
type GroupQuery struct {
	Receiver string   // a regular expression; empty: all
	Filter   []string // matchers, all of which must match
}

// Groups lists groups in the order of the API.
func (c *Client) Groups(ctx context.Context, q GroupQuery) ([]AlertGroup, error) {
	query := url.Values{"filter": q.Filter}
	if q.Receiver != "" {
		query.Set("receiver", q.Receiver)
	}
	var found []AlertGroup
	err := c.do(ctx, call{method: http.MethodGet, path: "alerts/groups", query: query, answer: &found})
	return listed(found), err
}
