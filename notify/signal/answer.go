package signal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// post sends a message to one recipient and reads what became of it.
func (s sender) post(ctx context.Context, n *notify.Notification, req *http.Request, to string) error {
	answer, err := s.client.Do(ctx, req)
	if answer == nil {
		return refine(err)
	}
	fields, unread := answer.Fields()
	_, taken := fields["timestamp"]
	lacking := said(fields["errors"])
	switch refusal := cmp.Or(said(fields["error"]), lacking); {
	case taken && (refusal == "" || isGroup(to) && said(fields["error"]) == ""):
		if lacking != "" {
			_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Some members of a group did not get a message", "to", to, "err", lacking)
		}
		return nil
	case refusal != "":
		return refine(notify.Rejected(req, notify.Rejection{Code: http.StatusBadRequest, Text: refusal}))
	case err != nil:
		return err
	case unread != nil:
		return notify.Unclear(req, unread.Error())
	}
	return notify.Unclear(req, "no timestamp")
}

// isGroup reports whether a recipient is the id of a group, as the service gives
// them out.
func isGroup(to string) bool { return strings.HasPrefix(to, "group.") }

// said is what a field of an answer says: a text, or else JSON. A field that says
// nothing is empty.
func said(field json.RawMessage) string {
	var text string
	if json.Unmarshal(field, &text) == nil {
		return text
	}
	switch compact := strings.Join(strings.Fields(string(field)), ""); compact {
	case "null", "[]", "{}", "false":
		return ""
	}
	return string(field)
}

// refine finds out what is behind status 400, with which the service reports
// whatever went wrong: some of it passes.
func refine(err error) error {
	status, ok := errors.AsType[*notify.StatusError](err)
	if !ok || status.Code != http.StatusBadRequest {
		return err
	}
	switch {
	case mentions(status.Body, limits()):
		status.Code = http.StatusTooManyRequests
		return status
	case mentions(status.Body, passing()):
		return status
	}
	return err
}

// limits are words of errors about too many messages.
func limits() []string { return []string{"rate limit", "ratelimit"} }

// passing are words of errors that have nothing to do with the message.
func passing() []string {
	return []string{
		"network failure", "timed out", "timeout", "connection", "unreachable", "no such host", "unknownhost",
		"ioexception", "io exception", "broken pipe", "[500]", "[502]", "[503]", "[504]", "[508]",
	}
}

func mentions(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
