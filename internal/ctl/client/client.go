package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	apiPath = "/api/v2"
	ownPath = "/api/tocsin/v1" // what only tocsin has
	// defaultMaxBytes holds some hundred thousand alerts.
	defaultMaxBytes = 1 << 30
	// maxErrorBytes is how much is read of an answer that is a complaint.
	maxErrorBytes = 16 << 10
)

// Options is what a client is made of.
type Options struct {
	// Base is the address of the daemon with its path prefix, as ParseAddress
	// gives it. Credentials in it are not used: they are the business of HTTP.
	Base *url.URL
	HTTP *http.Client
	// MaxBytes is how long an answer may be; 0: 1 GiB.
	MaxBytes int64
	// Observe is told of each request when it has ended; may be nil.
	Observe func(Exchange)
}

// Exchange is a request that has ended.
type Exchange struct {
	Method string
	URL    string // without credentials
	Status int    // 0: no answer
	Took   time.Duration
}

// Client is a connection to one daemon. Any number of goroutines may use it.
type Client struct {
	options Options
	http    http.Client
}

// New returns a client. It sends nothing.
func New(o Options) *Client {
	base := *o.Base
	base.User = nil
	o.Base = &base
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	c := &Client{options: o, http: *o.HTTP}
	c.http.CheckRedirect = followSafely(o.HTTP.CheckRedirect)
	return c
}

// errRedirect says that an address has moved in a way that drops what is sent.
var errRedirect = errors.New("is redirected, and what is to be sent would be lost on the way")

// followSafely refuses redirects that make a GET of another method: they would look
// like success although nothing was done.
func followSafely(next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(r *http.Request, via []*http.Request) error {
		switch {
		case r.Method != via[0].Method:
			return fmt.Errorf("%w: use the address that it leads to, %s", errRedirect, r.URL.Redacted())
		case next != nil:
			return next(r, via)
		case len(via) >= 10:
			return errors.New("stopped after 10 redirects")
		}
		return nil
	}
}

// call is one request and where to put what it answers.
type call struct {
	method, path string // the path is below that of the API
	api          string // which API; empty: /api/v2
	query        url.Values
	body         any // nil: none
	answer       any // a pointer; nil: what is answered does not matter
}

// do sends a request. Errors are of type *Error.
func (c *Client) do(ctx context.Context, what call) error {
	u := c.options.Base.JoinPath(cmp.Or(what.api, apiPath), what.path)
	problem := &Error{Method: what.method, URL: u.String()}
	u.RawQuery = what.query.Encode()
	r, err := newRequest(ctx, what, u.String())
	if err != nil {
		problem.Err = err
		return problem
	}
	start := time.Now()
	response, err := c.http.Do(r)
	if err != nil {
		c.observe(r, 0, start)
		problem.Err = withoutURL(err)
		return problem
	}
	defer response.Body.Close()
	defer func() { c.observe(r, response.StatusCode, start) }()
	if response.StatusCode/100 != 2 {
		problem.Status, problem.Text = response.StatusCode, complaint(response)
		return problem
	}
	if what.answer == nil {
		return nil
	}
	if err := c.read(response.Body, what.answer); err != nil {
		problem.Err = err
		return problem
	}
	return nil
}

func newRequest(ctx context.Context, what call, address string) (*http.Request, error) {
	var body io.Reader
	if what.body != nil {
		text, err := json.Marshal(what.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, what.method, address, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// read decodes an answer, up to the size that it may have.
func (c *Client) read(body io.ReadCloser, v any) error {
	limited := &watched{r: http.MaxBytesReader(nil, body, c.options.MaxBytes)}
	err := json.NewDecoder(limited).Decode(v)
	_, long := errors.AsType[*http.MaxBytesError](err)
	switch {
	case err == nil:
		return nil
	case long:
		return fmt.Errorf("the answer is longer than %d bytes", c.options.MaxBytes)
	case limited.err != nil && !errors.Is(limited.err, io.EOF):
		return fmt.Errorf("the answer breaks off: %w", limited.err)
	}
	return fmt.Errorf("%w: %w", ErrNotAPI, err)
}

// watched remembers why reading ended, so that a connection that breaks can be told
// from an answer that makes no sense.
type watched struct {
	r   io.Reader
	err error
}

// Read reads.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

func (c *Client) observe(r *http.Request, status int, start time.Time) {
	if c.options.Observe == nil {
		return
	}
	c.options.Observe(Exchange{Method: r.Method, URL: r.URL.String(), Status: status, Took: time.Since(start)})
}

// complaint is what an answer says is wrong, on one line; empty if it does not say
// it for people on a command line.
func complaint(r *http.Response) string {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxErrorBytes))
	if err != nil || strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	var sentence string
	var coded struct{ Message string }
	switch {
	case json.Unmarshal(text, &sentence) == nil:
	case json.Unmarshal(text, &coded) == nil:
		sentence = coded.Message
	default:
		sentence = string(text)
	}
	return strings.Join(strings.Fields(sentence), " ")
}
