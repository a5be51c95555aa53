package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v4"
	commoncfg "github.com/prometheus/common/config"
)

// maxAnswer bounds what is read of an answer; maxDrain what is read beyond it
// to keep the connection.
const (
	maxAnswer = 64 << 10
	maxDrain  = 256 << 10
)

// Client sends requests of one integration. It owns what is easily forgotten:
// the user agent, reading a bounded part of the answer, closing it so that the
// connection is used again, what a status means, and hiding URLs in errors.
type Client struct {
	http *http.Client
	now  func() time.Time
}

// Answer is what a service said.
type Answer struct {
	Header http.Header
	Body   []byte // at most the first 64 KiB
}

// NewClient returns a client for the settings of one entry, or of the global
// section where the entry has none.
func NewClient(d Deps, name string, c HTTPCommon) (*Client, error) {
	settings := commoncfg.DefaultHTTPClientConfig
	switch {
	case c.HTTPConfig != nil:
		settings = *c.HTTPConfig
	case d.HTTP != nil:
		settings = *d.HTTP
	}
	var options []commoncfg.HTTPClientOption
	if d.UserAgent != "" {
		options = append(options, commoncfg.WithUserAgent(d.UserAgent))
	}
	if d.Dial != nil {
		options = append(options, commoncfg.WithDialContextFunc(d.Dial))
	}
	client, err := commoncfg.NewClientFromConfig(settings, name, options...)
	if err != nil {
		return nil, fmt.Errorf("http_config: %w", err)
	}
	return &Client{http: client, now: time.Now}, nil
}

// Do sends a request and returns the answer if it is a success; see CheckStatus
// for what may be tried again. Errors do not show the URL.
func (c *Client) Do(ctx context.Context, req *http.Request) (*Answer, error) {
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return nil, hideURL(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer with status %d: %w", resp.StatusCode, err)
	}
	// What is left unread would cost the connection. An error here changes
	// nothing about what the service said.
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
	if err := CheckStatus(resp, body, c.now()); err != nil {
		return nil, err
	}
	return &Answer{Header: resp.Header, Body: body}, nil
}

// hideURL removes the URL from an error of package http: it may hold a token.
func hideURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	return err
}

// HTTP returns a Sender for a service that is told with one request. build
// makes the request; an error of it is permanent, as is a value that could not
// be rendered.
func HTTP(d Deps, name string, c HTTPCommon, build func(*Notification) (*http.Request, error)) (Sender, error) {
	client, err := NewClient(d, name, c)
	if err != nil {
		return nil, err
	}
	return oneRequest{client: client, build: build}, nil
}

type oneRequest struct {
	client *Client
	build  func(*Notification) (*http.Request, error)
}

func (s oneRequest) Send(ctx context.Context, n *Notification) error {
	req, err := s.build(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	_, err = s.client.Do(ctx, req)
	return err
}

// PostJSON returns a request that posts v as JSON.
func PostJSON(target string, v any) (*http.Request, error) {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(v); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, &body)
	if err != nil {
		return nil, hideURL(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}
