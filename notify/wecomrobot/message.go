package wecomrobot

import (
	"github.com/tocsin-alerting/tocsin/notify"
)

// What WeCom takes, in bytes of UTF-8.
const (
	maxText     = 2048
	maxMarkdown = 4096
)

// message is the body of a request.
type message struct {
	Type     string    `json:"msgtype"`
	Text     *text     `json:"text,omitempty"`
	Markdown *markdown `json:"markdown,omitempty"`
}

type text struct {
	Content   string   `json:"content"`
	Mentioned []string `json:"mentioned_list,omitempty"`
	Mobiles   []string `json:"mentioned_mobile_list,omitempty"`
}

type markdown struct {
	Content string `json:"content"`
}

// renderer turns settings into what is sent for a notification.
type renderer struct {
	*notify.Notification
	deps notify.Deps
}

func (r renderer) message(c Config) message {
	m := message{Type: c.MessageType}
	if c.MessageType == typeMarkdown {
		m.Markdown = &markdown{Content: r.content(c, maxMarkdown)}
		return m
	}
	m.Text = &text{
		Content:   r.content(c, maxText),
		Mentioned: r.Words(c.MentionedList),
		Mobiles:   r.Words(c.MentionedMobileList),
	}
	return m
}

func (r renderer) content(c Config, most int) string {
	return r.deps.CutBodyBytes(name, r.Notification, "message", r.Text(c.Message), most)
}
