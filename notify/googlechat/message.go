package googlechat

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

const (
	maxBody = 32000 // bytes
	maxKey  = 4000  // characters
)

// message is the body of a request.
type message struct {
	Text   string  `json:"text"`
	Thread *thread `json:"thread,omitempty"`
}

type thread struct {
	Key string `json:"threadKey"`
}

func (s sender) message(n *notify.Notification) message {
	var m message
	if s.Threaded {
		m.Thread = &thread{Key: s.threadKey(n)}
	}
	// Without a text Google Chat would refuse the message.
	text := cmp.Or(strings.TrimSpace(s.heading(n)+n.Text(s.Text)), n.Data.Status)
	m.Text = s.deps.CutBodyJSON(name, n, "text", text, notify.RoomInJSON(m, maxBody))
	return m
}

// heading is the title with a line of its own. The marks of bold text must touch
// it, and do not reach over lines.
func (s sender) heading(n *notify.Notification) string {
	title := strings.TrimSpace(n.Text(s.Title))
	switch {
	case title == "":
		return ""
	case strings.Contains(title, "\n"):
		return title + "\n"
	}
	return "*" + title + "*\n"
}

// threadKey is the same for all notifications of a thread.
func (s sender) threadKey(n *notify.Notification) string {
	key := strings.TrimSpace(n.Value(s.ThreadKey))
	if key == "" {
		return n.Hash()
	}
	return s.deps.CutRunes(name, n, "thread_key", key, maxKey)
}

// retryDelay is the detail of an error that says how long to wait, wherever the
// answer breaks off behind it (https://google.aip.dev/194).
var retryDelay = regexp.MustCompile(`"retryDelay"\s*:\s*"([0-9]{1,6}(?:\.[0-9]{1,9})?s)"`)

// confirmation is how Google Chat answers: with the message, or with an error.
func confirmation() notify.Confirmation {
	return notify.Confirmation{Field: "name", Refusal: func(a *notify.Answer) (notify.Rejection, bool) {
		fields, _ := a.Fields()
		why, refused := fields["error"]
		// What cannot be read leaves its variable as it is.
		var said struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Status  string `json:"status"`
		}
		_ = json.Unmarshal(why, &said)
		r := notify.Rejection{Code: said.Code, Text: string(why)}
		if said.Message != "" {
			r.Text = strings.TrimPrefix(said.Status+": "+said.Message, ": ")
		}
		if delay := retryDelay.FindSubmatch(a.Body); delay != nil {
			wait, _ := time.ParseDuration(string(delay[1])) // has the form of one
			// Waits are in full seconds, and one too short would be in vain.
			r.RetryAfter = (wait + time.Second - 1).Truncate(time.Second)
		}
		return r, refused
	}}
}
