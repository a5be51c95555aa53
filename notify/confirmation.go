package notify

import (
	"context"
	"errors"
	"net/http"
)

// Confirmation is how a service answers in JSON: it names the message that it
// has made, or says why there is none.
type Confirmation struct {
	// Field is what the object has that answers a message which was taken.
	Field string
	// Refusal reads why a message was not taken, and reports whether the answer
	// says so. A code that is that of no error is replaced by 400.
	Refusal func(a *Answer) (r Rejection, refused bool)
}

// Send sends a request and reads the answer. A refusal is an error whatever the
// status; so is an answer without the field, which may be tried again. Secrets
// are hidden should the service repeat them.
func (c Confirmation) Send(ctx context.Context, client *Client, req *http.Request, secrets ...string) error {
	answer, err := client.Do(ctx, req)
	if answer == nil {
		return Hide(c.delay(err), secrets...)
	}
	return Hide(c.read(req, answer, err), secrets...)
}

// delay adds to an error how long the body of the answer says to wait.
func (c Confirmation) delay(err error) error {
	if status, ok := errors.AsType[*StatusError](err); ok {
		r, _ := c.Refusal(&Answer{Body: []byte(status.Body)})
		status.RetryAfter = max(status.RetryAfter, min(r.RetryAfter, maxRetryAfter))
	}
	return err
}

// read says what an answer means whose status is that of a success. broken is
// why it ends early, if it does; what stands before that counts, since the
// message must not be sent twice.
func (c Confirmation) read(req *http.Request, a *Answer, broken error) error {
	if r, refused := c.Refusal(a); refused {
		if r.Code < http.StatusBadRequest {
			r.Code = http.StatusBadRequest
		}
		return Rejected(req, r)
	}
	fields, err := a.Fields()
	switch _, taken := fields[c.Field]; {
	case taken:
		return nil
	case broken != nil:
		return broken
	case err != nil:
		return Unclear(req, err.Error())
	}
	return Unclear(req, "no "+c.Field)
}
