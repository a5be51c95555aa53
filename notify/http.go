package notify

import (
	"bytes"
	"context"
	"encoding/json"
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
	http    *http.Client
	now     func() time.Time
	accepts func(code int) bool // nil: only 2xx is a success; see Accepting
}

// Answer is what a service said.
type Answer struct {
	Code   int // the status
	Header http.Header
	Body   []byte // at most the first 64 KiB
}

// NewClient returns a client for the settings of one entry, or of the global
// section where the entry has none.
func NewClient(d Deps, name string, c HTTPCommon) (*Client, error) {
	settings := commoncfg.DefaultHTTPClientConfig
	if c.HTTPConfig != nil {
		settings = *c.HTTPConfig
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
	if d.Transport != nil {
		client.Transport = d.Transport(client.Transport)
	}
	return &Client{http: client, now: time.Now}, nil
}

// HTTPClient returns the client underneath, for libraries that send requests on
// their own. None of what Client does beyond http_config holds for them.
func (c *Client) HTTPClient() *http.Client { return c.http }

// Do sends a request and returns the answer if it is a success; see CheckStatus
// and Accepting for what may be tried again. If a success comes with an answer that breaks
// off, Do returns both what there is of it and an error. Errors do not show the
// URL, even if the service repeats it.
func (c *Client) Do(ctx context.Context, req *http.Request) (*Answer, error) {
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return nil, concealURL(err, req.URL)
	}
	defer resp.Body.Close()
	body, broken := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if broken == nil {
		// What is left unread would cost the connection. An error here changes
		// nothing about what the service said.
		_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
	}
	if !c.succeeded(resp.StatusCode) {
		return nil, refusal(resp, []byte(concealer(req.URL).Replace(string(body))), c.now())
	}
	answer := &Answer{Code: resp.StatusCode, Header: resp.Header, Body: body}
	if broken != nil {
		return answer, fmt.Errorf("read answer with status %d: %w", resp.StatusCode, broken)
	}
	return answer, nil
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

// HTTPOfAlerts is HTTP for a service that gets the alerts as they are: build does not
// look at Data of the notification, which for many alerts takes longer to make, and
// more memory, than all the rest. What templates need is made when they do.
func HTTPOfAlerts(d Deps, name string, c HTTPCommon, build func(*Notification) (*http.Request, error)) (Sender, error) {
	client, err := NewClient(d, name, c)
	if err != nil {
		return nil, err
	}
	return oneRequest{client: client, build: build, ofAlerts: true}, nil
}

type oneRequest struct {
	client   *Client
	build    func(*Notification) (*http.Request, error)
	ofAlerts bool // see HTTPOfAlerts
}

// needsData reports whether a sender looks at Data of a notification.
func needsData(s Sender) bool {
	one, is := s.(oneRequest)
	return !is || !one.ofAlerts
}

func (s oneRequest) Send(ctx context.Context, n *Notification) error {
	req, err := s.build(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		return nil // told; what else the service had to say does not matter
	}
	return err
}

// PostJSON returns a request that posts v as JSON. Errors do not show the URL.
func PostJSON(target string, v any) (*http.Request, error) {
	if _, err := ParseURL(target); err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(v); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, &body)
	if err != nil {
		return nil, concealURL(err, &url.URL{})
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}
