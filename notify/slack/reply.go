package slack

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// reply is what Slack's web API says about a message.
type reply struct {
	TS      string // the name of the message within its channel
	Channel string
	Error   string // why it was refused
}

// isGone reports whether there is no message any more that could be changed.
func (r reply) isGone() bool {
	return slices.Contains([]string{"message_not_found", "cant_update_message", "edit_window_closed"}, r.Error)
}

// read says what an answer means whose status is that of a success. broken is
// why it ends early, if it does.
func read(req *http.Request, a *notify.Answer, broken error) (reply, error) {
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		return readJSON(req, a, broken)
	}
	switch {
	case string(a.Body) == "ok":
		return reply{}, nil
	case broken != nil:
		return reply{}, broken
	}
	return reply{}, refused(req, string(a.Body))
}

// readJSON reads the answer of the web API. It repeats the message, which may
// be longer than what is read of an answer, but first it says what counts.
func readJSON(req *http.Request, a *notify.Answer, broken error) (reply, error) {
	fields, err := a.Fields()
	var took bool
	switch verdict, said := fields["ok"]; {
	case said:
		err = json.Unmarshal(verdict, &took)
	case broken != nil:
		return reply{}, broken
	}
	if err != nil {
		return reply{}, notify.Unclear(req, err.Error())
	}
	r := reply{TS: text(fields["ts"]), Channel: text(fields["channel"]), Error: text(fields["error"])}
	if took {
		return r, nil
	}
	return r, refused(req, strings.TrimSpace(r.Error+" "+string(fields["response_metadata"])))
}

// text is a JSON string, or nothing.
func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func refused(req *http.Request, why string) error {
	return notify.Rejected(req, notify.Rejection{Code: http.StatusBadRequest, Text: why})
}
