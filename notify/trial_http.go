package notify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// httpSettings returns the settings of an integration that speaks HTTP.
func httpSettings(c Config) (settings HTTPCommon, overHTTP bool) {
	held, ok := c.(interface{ held() any })
	if !ok {
		return HTTPCommon{}, false
	}
	h, ok := held.held().(interface{ overHTTP() HTTPCommon })
	if !ok {
		return HTTPCommon{}, false
	}
	return h.overHTTP(), true
}

func (c config[C]) held() any { return c.settings }

func (c HTTPCommon) overHTTP() HTTPCommon { return c }

// maxRehearsed bounds the requests that are shown of one notification.
const maxRehearsed = 8

var errEnough = errors.New("no more requests are shown")

// rehearsal is a service that is content with everything, and writes down what it
// is asked. Several goroutines may use it.
type rehearsal struct {
	mu       sync.Mutex
	requests []rehearsed
}

// rehearsed is a request as it was made.
type rehearsed struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

// RoundTrip answers with an empty JSON object.
func (c *rehearsal) RoundTrip(req *http.Request) (*http.Response, error) {
	r := rehearsed{method: req.Method, url: req.URL, header: req.Header.Clone()}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
		r.body = body
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.requests) == maxRehearsed {
		return nil, errEnough
	}
	c.requests = append(c.requests, r)
	return &http.Response{
		Status:     "200 OK",
		StatusCode: http.StatusOK,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader("{}")),
		Request:    req,
	}, nil
}

// shown are the requests as people may see them, with what http_config adds.
func (c *rehearsal) shown(common HTTPCommon, agent string, m mask) []TrialRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []TrialRequest
	for _, r := range c.requests {
		if r.header.Get("User-Agent") == "" && agent != "" {
			r.header.Set("User-Agent", agent)
		}
		if common.Authorizes() {
			r.header.Set("Authorization", hidden)
		}
		addHeaders(r.header, common)
		list = append(list, TrialRequest{
			Method: r.method,
			URL:    m.url(r.url),
			Header: m.header(r.header),
			Body:   m.body(string(r.body), maxAnswer),
		})
	}
	return list
}

// addHeaders adds those of http_config.
func addHeaders(h http.Header, common HTTPCommon) {
	if common.HTTPConfig == nil || common.HTTPConfig.HTTPHeaders == nil {
		return
	}
	for name, values := range common.HTTPConfig.HTTPHeaders.Headers {
		for _, value := range values.Values {
			h.Add(name, value)
		}
		for range len(values.Secrets) + len(values.Files) {
			h.Add(name, hidden)
		}
	}
}

// maxHeard bounds what is shown of an answer.
const maxHeard = 4 << 10

// eavesdropper listens to what services answer. Several goroutines may use it.
type eavesdropper struct {
	below []http.RoundTripper // what sends; set before anything is sent

	mu   sync.Mutex
	last *heard
}

// closeIdle lets go of connections, which nobody uses again.
func (w *eavesdropper) closeIdle() {
	for _, rt := range w.below {
		if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

// heard is an answer and the beginning of its body, as far as it has been read.
type heard struct {
	w    *eavesdropper
	url  *url.URL
	code int
	body bytes.Buffer
}

// Write is called while the body is read.
func (h *heard) Write(b []byte) (int, error) {
	h.w.mu.Lock()
	defer h.w.mu.Unlock()
	h.body.Write(b[:min(len(b), max(0, maxAnswer-h.body.Len()))])
	return len(b), nil
}

func (w *eavesdropper) around(rt http.RoundTripper) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return resp, err
		}
		h := &heard{w: w, url: req.URL, code: resp.StatusCode}
		resp.Body = overheard{io.TeeReader(resp.Body, h), resp.Body}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.last = h
		return resp, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

type overheard struct {
	io.Reader
	io.Closer
}

// answer is the last one, nil if there was none.
func (w *eavesdropper) answer(m mask) *TrialAnswer {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		return nil
	}
	body := concealer(w.last.url).Replace(w.last.body.String())
	return &TrialAnswer{Code: w.last.code, Body: m.body(body, maxHeard)}
}

// readable is a body for people, not longer than most bytes.
func readable(body string, most int) string {
	if strings.Contains(body, "\x00") {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	short, _ := TruncateBytes(strings.ToValidUTF8(body, ""), most)
	return short
}
