package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// Question asks what happens to an alert.
type Question struct {
	Labels      []string  // all labels of the alert, as matchers with =
	Fingerprint string    // in their place that of an alert that exists; else empty
	At          time.Time // zero: now
}

// Explain asks the daemon what happens to an alert, and why. Status(err) is 404 if the
// daemon cannot explain, or does not know the fingerprint.
func (c *Client) Explain(ctx context.Context, q Question) (*explain.Answer, error) {
	query := url.Values{"label": q.Labels}
	if q.Fingerprint != "" {
		query.Set("fingerprint", q.Fingerprint)
	}
	if !q.At.IsZero() {
		query.Set("at", q.At.Format(time.RFC3339))
	}
	answer := new(explain.Answer)
	err := c.do(ctx, call{method: http.MethodGet, api: ownPath, path: "explain", query: query, answer: answer})
	return answer, err
}
