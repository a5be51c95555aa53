package matrix

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// maxBody is the number of bytes of a request. An event has at most 65536, of
// which the servers need some for themselves.
const maxBody = 60000

// message is the body of a request.
type message struct {
	Type   string `json:"msgtype"`
	Body   string `json:"body"`
	Format string `json:"format,omitempty"`
	HTML   string `json:"formatted_body,omitempty"`
}

func (s sender) message(n *notify.Notification) message {
	m := message{Type: s.MessageType}
	text := cmp.Or(strings.TrimSpace(strings.TrimSpace(n.Text(s.Title))+"\n"+strings.TrimSpace(n.Text(s.Message))), n.Data.Status)
	if html := strings.TrimSpace(n.HTML(s.HTML)); html != "" {
		formatted := message{Type: m.Type, Body: text, Format: "org.matrix.custom.html", HTML: html}
		if notify.RoomInJSON(formatted, maxBody) >= len(`""`) {
			return formatted
		}
		// HTML cannot be cut, since tags would stay open.
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Left out the HTML of a message that is too long", "key", "html", "bytes", maxBody)
	}
	m.Body = s.deps.CutBodyJSON(name, n, "message", text, notify.RoomInJSON(m, maxBody))
	return m
}

// confirmation is how homeservers answer: with the id of the event, or with an
// error.
func confirmation() notify.Confirmation {
	return notify.Confirmation{Field: "event_id", Refusal: func(a *notify.Answer) (notify.Rejection, bool) {
		fields, _ := a.Fields()
		// What cannot be read leaves its variable as it is.
		var code, why string
		var wait int32
		_ = json.Unmarshal(fields["errcode"], &code)
		_ = json.Unmarshal(fields["error"], &why)
		_ = json.Unmarshal(fields["retry_after_ms"], &wait)
		r := notify.Rejection{Text: strings.TrimSuffix(code+": "+why, ": ")}
		if code == "M_LIMIT_EXCEEDED" {
			r.Code = http.StatusTooManyRequests
		}
		// Waits are in full seconds, and one too short would be in vain.
		r.RetryAfter = (time.Duration(wait)*time.Millisecond + time.Second - 1).Truncate(time.Second)
		return r, code != ""
	}}
}
