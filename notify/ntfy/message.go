package ntfy

import (
	"fmt"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// What a server takes, in bytes, unless it is configured otherwise. It makes an
// attachment of a longer message, and refuses a longer request.
const (
	maxMessage = 4096
	maxTitle   = 1024
	maxTags    = 512 // all together
	maxBody    = 2 * maxMessage
)

// message is the body of a request.
type message struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title,omitempty"`
	Message  string   `json:"message"`
	Priority int      `json:"priority,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Click    string   `json:"click,omitempty"`
	Icon     string   `json:"icon,omitempty"`
	Markdown bool     `json:"markdown,omitempty"`
	Actions  []action `json:"actions,omitempty"`
}

type action struct {
	Action  string            `json:"action"`
	Label   string            `json:"label"`
	URL     string            `json:"url,omitempty"`
	Clear   bool              `json:"clear,omitempty"`
	Method  string            `json:"method,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Intent  string            `json:"intent,omitempty"`
	Extras  map[string]string `json:"extras,omitempty"`
	Value   string            `json:"value,omitempty"`
}

func (s sender) message(n *notify.Notification, topic string) message {
	m := message{
		Topic:    topic,
		Title:    s.deps.CutBytes(name, n, "title", strings.TrimSpace(n.Text(s.Title)), maxTitle),
		Priority: s.priority(n),
		Tags:     s.tags(n),
		Click:    strings.TrimSpace(n.Word(s.Click, "")),
		Icon:     strings.TrimSpace(n.Word(s.Icon, "")),
		Markdown: s.Markdown,
	}
	for _, a := range s.Actions {
		if r := a.render(n); r.complete() {
			m.Actions = append(m.Actions, r)
		}
	}
	text, cut := notify.TruncateBytesTo(strings.TrimSpace(n.Text(s.Message)), maxMessage, n.Ending())
	text, cutMore := notify.TruncateJSONTo(text, notify.RoomInJSON(m, maxBody), n.Ending())
	if cut || cutMore {
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Cut a text that is too long", "key", "message", "bytes", len(text))
	}
	m.Message = text
	return m
}

// priority is that of the message, or 0 for the default of the server. An alert
// is better without one than not told.
func (s sender) priority(n *notify.Notification) int {
	p, err := priority(n.Word(s.Priority, ""))
	if err != nil {
		n.Broken(fmt.Errorf("priority: %w", err))
	}
	return p
}

func priority(text string) (int, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "":
		return 0, nil
	case "1", "min":
		return 1, nil
	case "2", "low":
		return 2, nil
	case "3", "default":
		return 3, nil
	case "4", "high":
		return 4, nil
	case "5", "max", "urgent":
		return 5, nil
	}
	return 0, fmt.Errorf("%q is not 1 to 5, min, low, default, high or max", text)
}

// tags leaves out those for which there is no room: half a tag is another one.
func (s sender) tags(n *notify.Notification) []string {
	var tags []string
	left := maxTags
	for i, t := range s.Tags {
		tag := strings.TrimSpace(n.Word(t, ""))
		switch {
		case tag == "":
		case len(tag)+len(",") > left:
			_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Left out a tag that is too long", "key", fmt.Sprintf("tags[%d]", i))
		default:
			left -= len(tag) + len(",")
			tags = append(tags, tag)
		}
	}
	return tags
}

func (a Action) render(n *notify.Notification) action {
	r := action{
		Action: a.Action,
		Label:  strings.TrimSpace(n.Word(a.Label, a.Action)),
		URL:    strings.TrimSpace(n.Word(a.URL, "")),
		Clear:  a.Clear,
		Method: a.Method,
		Body:   n.Word(a.Body, ""),
		Intent: a.Intent,
		Value:  n.Word(a.Value, ""),
	}
	for key, value := range a.Headers {
		if r.Headers == nil {
			r.Headers = make(map[string]string)
		}
		r.Headers[key] = string(value)
	}
	r.Extras = words(n, a.Extras)
	return r
}

// complete reports whether a button has what it cannot be without, which a
// template may have left empty. The message would be refused because of it.
func (a action) complete() bool {
	needs := actionNeeds()[a.Action]
	return a.Label != "" && (needs != needsURL || a.URL != "") && (needs != needsValue || a.Value != "")
}

func words(n *notify.Notification, texts map[string]template.Text) map[string]string {
	if len(texts) == 0 {
		return nil
	}
	list := make(map[string]string, len(texts))
	for key, text := range texts {
		list[key] = n.Word(text, "")
	}
	return list
}
