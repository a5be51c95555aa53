package httpany

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Success is what an answer must be to mean that the service has been told.
type Success struct {
	Status Statuses   `yaml:"status,omitempty"` // empty: 2xx
	JSON   *Condition `yaml:"json,omitempty"`   // nil: any answer will do
}

// Condition is what an answer must say in JSON.
type Condition struct {
	Field Path `yaml:"field"`
	// Equals is what must be there, compared as text; nil: anything but null.
	Equals any `yaml:"equals,omitempty"`
}

func (s Success) check() []error {
	problems := []error{s.Status.check("success.status")}
	switch {
	case s.JSON == nil:
	case s.JSON.Field == "":
		problems = append(problems, errors.New("success.json.field must be configured"))
	default:
		problems = append(problems, s.JSON.Field.check("success.json.field"))
	}
	return problems
}

// judge says what is wrong with an answer whose status is that of a success.
// broken is why it ends early, if it does. What cannot be understood may be tried
// again, a refusal may not.
func (c *Condition) judge(req *http.Request, a *notify.Answer, broken error) error {
	if c == nil {
		return nil // told; what else the service had to say does not matter
	}
	said, err := decode(a.Body)
	switch {
	case err != nil && broken != nil:
		return broken
	case err != nil:
		return notify.Unclear(req, err.Error())
	}
	got := c.Field.in(said)
	if got != nil && (c.Equals == nil || text(got) == text(c.Equals)) {
		return nil
	}
	why := fmt.Sprintf("success.json: %s is %s in %s", c.Field, text(got), a.Body)
	return notify.Rejected(req, notify.Rejection{Code: http.StatusBadRequest, Text: why})
}

// mostKept is how many bytes of one value are kept: they are stored with every
// group, in every replica.
const mostKept = 1024

// keep writes down what the next request needs. There may be less in the answer
// than was hoped for, but the notification got through.
func (s sender) keep(n *notify.Notification, a *notify.Answer) {
	if a == nil || len(s.Keep) == 0 {
		return
	}
	said, err := decode(a.Body)
	for name, path := range s.Keep {
		value := path.in(said)
		if kept := text(value); value != nil && len(kept) <= mostKept {
			n.State[name] = kept
			continue
		}
		if err == nil {
			err = errors.New("missing, null or too long")
		}
		_ = level.Warn(s.deps.LoggerFor(integration, n)).Log("msg", "A field of the answer could not be kept", "key", "keep."+name, "err", err)
	}
}
