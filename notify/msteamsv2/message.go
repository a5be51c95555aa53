package msteamsv2

import (
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// maxBody is how many bytes of a request Teams takes, with some to spare.
const maxBody = 27_000

// message is the body of a request.
type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string  `json:"contentType"`
	ContentURL  *string `json:"contentUrl"` // always null
	Content     card    `json:"content"`
}

type card struct {
	Schema  string  `json:"$schema"`
	Type    string  `json:"type"`
	Version string  `json:"version"`
	Body    []block `json:"body"`
	Teams   layout  `json:"msteams"`
}

type layout struct {
	Width string `json:"width"`
}

type block struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Size   string `json:"size,omitempty"`
	Wrap   bool   `json:"wrap"`
	Style  string `json:"style,omitempty"`
	Color  string `json:"color,omitempty"`
}

func (c Config) message(d notify.Deps, n *notify.Notification) message {
	title := block{
		Type:   "TextBlock",
		Text:   n.Text(c.Title),
		Weight: "Bolder",
		Size:   "Medium",
		Wrap:   true,
		Style:  "heading",
		Color:  color(n.Data.Status),
	}
	text := block{Type: "TextBlock", Wrap: true}
	frame := newMessage(title, text)
	text.Text = d.CutBodyJSON("msteamsv2", n, "text", n.Text(c.Text), notify.RoomInJSON(frame, maxBody))
	return newMessage(title, text)
}

func newMessage(blocks ...block) message {
	return message{Type: "message", Attachments: []attachment{{
		ContentType: "application/vnd.microsoft.card.adaptive",
		Content: card{
			Schema:  "http://adaptivecards.io/schemas/adaptive-card.json",
			Type:    "AdaptiveCard",
			Version: "1.2",
			Body:    blocks,
			Teams:   layout{Width: "full"},
		},
	}}}
}

func color(status string) string {
	if status == template.StatusFiring {
		return "Attention"
	}
	return "Good"
}
