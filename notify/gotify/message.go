package gotify

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// maxText is how many bytes a title or a text has at most where Gotify keeps
// messages in MySQL. It has no limit of its own.
const maxText = 65535

// message is the body of a request.
type message struct {
	Title    string         `json:"title,omitempty"`
	Message  string         `json:"message"`
	Priority *int           `json:"priority,omitempty"`
	Extras   map[string]any `json:"extras,omitempty"`
}

func (s sender) message(n *notify.Notification) message {
	text := func(t template.Text) string { return strings.TrimSpace(n.Text(t)) }
	m := message{
		Title:    s.deps.CutBytes(name, n, "title", text(s.Title), maxText),
		Priority: s.priority(n),
		Extras:   s.extras(n),
	}
	// Without a text the server would refuse the message.
	m.Message = cmp.Or(s.deps.CutBodyBytes(name, n, "message", text(s.Message), maxText), m.Title, n.Data.Status)
	return m
}

// priority is that of the message, or nil for the default of the application.
// An alert is better without one than not told.
func (s sender) priority(n *notify.Notification) *int {
	p, err := priority(n.Word(s.Priority, ""))
	if err != nil {
		n.Broken(fmt.Errorf("priority: %w", err))
	}
	return p
}

func priority(text string) (*int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	const most = 10
	p, err := strconv.Atoi(text)
	if err != nil || p < 0 || p > most {
		return nil, fmt.Errorf("%q is not a number from 0 to %d", text, most)
	}
	return &p, nil
}

// extras tell the apps what to do with a message
// (https://gotify.net/docs/msgextras).
func (s sender) extras(n *notify.Notification) map[string]any {
	extras := make(map[string]any)
	if s.Markdown {
		extras["client::display"] = map[string]string{"contentType": "text/markdown"}
	}
	if link := strings.TrimSpace(n.Word(s.Click, "")); link != "" {
		extras["client::notification"] = map[string]any{"click": map[string]string{"url": link}}
	}
	return extras
}
