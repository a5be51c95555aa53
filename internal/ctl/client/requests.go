package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// AlertQuery says which alerts are wanted.
type AlertQuery struct {
	Active, Silenced, Inhibited, Unprocessed bool
	Receiver                                 string   // a regular expression; empty: all
	Filter                                   []string // matchers, all of which must match
}

// Alerts lists alerts in the order of the API.
func (c *Client) Alerts(ctx context.Context, q AlertQuery) ([]Alert, error) {
	query := url.Values{
		"active":      {strconv.FormatBool(q.Active)},
		"silenced":    {strconv.FormatBool(q.Silenced)},
		"inhibited":   {strconv.FormatBool(q.Inhibited)},
		"unprocessed": {strconv.FormatBool(q.Unprocessed)},
		"filter":      q.Filter,
	}
	if q.Receiver != "" {
		query.Set("receiver", q.Receiver)
	}
	var found []Alert
	err := c.do(ctx, call{method: http.MethodGet, path: "alerts", query: query, answer: &found})
	return listed(found), err
}

// listed makes a list that is null an empty one.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// AddAlerts adds alerts, or reports again that they are there.
func (c *Client) AddAlerts(ctx context.Context, alerts []NewAlert) error {
	return c.do(ctx, call{method: http.MethodPost, path: "alerts", body: alerts})
}

// Silences lists the silences that have a matcher equal to each one in filter, in
// the order of the API.
func (c *Client) Silences(ctx context.Context, filter []string) ([]Silence, error) {
	var found []Silence
	err := c.do(ctx, call{method: http.MethodGet, path: "silences", query: url.Values{"filter": filter}, answer: &found})
	return listed(found), err
}

// Silence returns one silence. Status(err) is 404 if there is none.
func (c *Client) Silence(ctx context.Context, id string) (Silence, error) {
	var s Silence
	err := c.do(ctx, call{method: http.MethodGet, path: silencePath(id), answer: &s})
	return s, err
}

// SetSilence sets a silence and returns its identifier, which may be another one
// than that of the silence which it changes.
func (c *Client) SetSilence(ctx context.Context, s NewSilence) (string, error) {
	var answer struct{ SilenceID string }
	what := call{method: http.MethodPost, path: "silences", body: s, answer: &answer}
	if err := c.do(ctx, what); err != nil {
		return "", err
	}
	if answer.SilenceID == "" {
		return "", &Error{
			Method: what.method,
			URL:    c.options.Base.JoinPath(apiPath, what.path).String(),
			Err:    fmt.Errorf("%w: it names no silence", ErrNotAPI),
		}
	}
	return answer.SilenceID, nil
}

// ExpireSilence ends a silence.
func (c *Client) ExpireSilence(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: silencePath(id)})
}

// silencePath keeps an identifier with a slash from being another path.
func silencePath(id string) string { return "silence/" + url.PathEscape(id) }

// Status asks the daemon about itself.
func (c *Client) Status(ctx context.Context) (DaemonStatus, error) {
	var s DaemonStatus
	err := c.do(ctx, call{method: http.MethodGet, path: "status", answer: &s})
	return s, err
}
