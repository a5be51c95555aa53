package client

import (
	"context"
	"net/http"
	"net/url"
)

// Snapshot lets the daemon save its state beside what it works with, and returns
// the name of the copy.
func (c *Client) Snapshot(ctx context.Context) (SnapshotTaken, error) {
	var s SnapshotTaken
	err := c.do(ctx, call{method: http.MethodPost, api: ownPath, path: "admin/snapshot", answer: &s})
	return s, err
}

// SnapshotTaken is a copy of the state of a daemon.
type SnapshotTaken struct {
	Name  string `json:"name"`  // below the directory for snapshots
	Bytes int64  `json:"bytes"` // how much room it takes
}

// Trial asks for a receiver to be tried out.
type Trial struct {
	Mode        string       `json:"mode"`                  // TrialRender or TrialSend
	Integration string       `json:"integration,omitempty"` // such as slack[0]; empty: all
	Alerts      []TrialAlert `json:"alerts,omitempty"`      // none: the usual one
}

// The modes of a trial.
const (
	TrialRender = "render"
	TrialSend   = "send"
)

// TrialFailed is the status of an integration that did not take what it was sent.
const TrialFailed = "failed"

// TrialAlert is what an alert of a trial has besides what marks it as a test.
type TrialAlert struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// TrialResults is what became of a trial.
type TrialResults struct {
	Receiver     string        `json:"receiver"`
	Integrations []TrialResult `json:"integrations"`
}

// TrialResult is what became of one integration. Secrets are hidden.
type TrialResult struct {
	Integration string         `json:"integration"`
	Index       int            `json:"index"`
	Status      string         `json:"status"`
	Latency     float64        `json:"latency"` // in seconds
	Attempts    int            `json:"attempts"`
	Requests    []TrialRequest `json:"requests,omitempty"`
	Text        string         `json:"text,omitempty"`
	Answer      *TrialAnswer   `json:"answer,omitempty"`
	Note        string         `json:"note,omitempty"`
	Error       string         `json:"error,omitempty"`
}

// TrialRequest is a request that would be sent.
type TrialRequest struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body"`
}

// TrialAnswer is what a service answered.
type TrialAnswer struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// TestReceiver tries out a receiver. What an integration says is no error here.
func (c *Client) TestReceiver(ctx context.Context, name string, what Trial) (TrialResults, error) {
	var r TrialResults
	err := c.do(ctx, call{
		method: http.MethodPost, api: ownPath, path: "receivers/" + url.PathEscape(name) + "/test",
		body: what, answer: &r,
	})
	r.Integrations = listed(r.Integrations)
	return r, err
}
