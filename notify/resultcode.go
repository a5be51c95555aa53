package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ResultCode is how a service answers that says in a JSON object what became of
// a message: with a number, which is 0 if it was taken.
type ResultCode struct {
	// Fields maps the names of numbers to the names of what they mean. At least
	// one number must be there, and none of them other than 0.
	Fields map[string]string
	// Judge says what an answer with another number than 0 means. A code that is
	// that of no error is replaced by 400, and the text need not be set.
	Judge func(code, text string, fields map[string]json.RawMessage) Rejection
}

// Send sends a request and reads the answer. Another number than 0 is an error
// whatever the status; so is an answer without a number, which may be tried
// again. Secrets are hidden should the service repeat them.
func (c ResultCode) Send(ctx context.Context, client *Client, req *http.Request, secrets ...string) error {
	answer, err := client.Do(ctx, req)
	if answer == nil {
		return Hide(c.refine(req, err), secrets...)
	}
	return Hide(c.read(req, answer, err), secrets...)
}

// refine looks for a rate limit behind a status that does not say so.
func (c ResultCode) refine(req *http.Request, err error) error {
	status, ok := errors.AsType[*StatusError](err)
	if !ok || status.Code/100 != 4 {
		return err
	}
	fields, _ := (&Answer{Body: []byte(status.Body)}).Fields()
	r, refused := c.rejection(fields)
	if !refused || r.Code != http.StatusTooManyRequests {
		return err
	}
	r.RetryAfter = max(r.RetryAfter, status.RetryAfter)
	return Rejected(req, r)
}

// read says what an answer means whose status is that of a success. broken is
// why it ends early, if it does; what stands before that counts, since the
// message must not be sent twice.
func (c ResultCode) read(req *http.Request, a *Answer, broken error) error {
	fields, err := a.Fields()
	if r, refused := c.rejection(fields); refused {
		return Rejected(req, r)
	}
	for name := range c.Fields {
		if _, taken := fields[name]; taken {
			return nil
		}
	}
	switch {
	case broken != nil:
		return broken
	case err != nil:
		return Unclear(req, err.Error())
	}
	return Unclear(req, "it has no code")
}

// rejection reads why a message was not taken, and reports whether the answer
// says so.
func (c ResultCode) rejection(fields map[string]json.RawMessage) (Rejection, bool) {
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		code, meaning := strings.Trim(string(fields[name]), `"`), c.Fields[name]
		if code == "" || code == "0" {
			continue
		}
		var text string
		if json.Unmarshal(fields[meaning], &text) != nil {
			text = string(fields[meaning])
		}
		r := c.Judge(code, text, fields)
		if r.Code < http.StatusBadRequest {
			r.Code = http.StatusBadRequest
		}
		r.Text = fmt.Sprintf("%s %s: %s", name, code, text)
		return r, true
	}
	return Rejection{}, false
}
