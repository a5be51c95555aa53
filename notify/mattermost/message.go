package mattermost

import (
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// maxText is the number of characters of a text.
const maxText = 16383

// message is the body of a request.
type message struct {
	Text        string       `json:"text,omitempty"`
	Channel     string       `json:"channel,omitempty"`
	Username    string       `json:"username,omitempty"`
	IconURL     string       `json:"icon_url,omitempty"`
	IconEmoji   string       `json:"icon_emoji,omitempty"`
	Attachments []attachment `json:"attachments"`
	Type        string       `json:"type,omitempty"`
	Props       *props       `json:"props,omitempty"`
	Priority    *priority    `json:"priority,omitempty"`
}

type attachment struct {
	Fallback   string  `json:"fallback,omitempty"`
	Color      string  `json:"color,omitempty"`
	Pretext    string  `json:"pretext,omitempty"`
	Text       string  `json:"text,omitempty"`
	AuthorName string  `json:"author_name,omitempty"`
	AuthorLink string  `json:"author_link,omitempty"`
	AuthorIcon string  `json:"author_icon,omitempty"`
	Title      string  `json:"title,omitempty"`
	TitleLink  string  `json:"title_link,omitempty"`
	Fields     []field `json:"fields,omitempty"`
	ThumbURL   string  `json:"thumb_url,omitempty"`
	Footer     string  `json:"footer,omitempty"`
	FooterIcon string  `json:"footer_icon,omitempty"`
	ImageURL   string  `json:"image_url,omitempty"`
}

type field struct {
	Title string `json:"title"`
	Value string `json:"value"`
	Short *bool  `json:"short,omitempty"`
}

type props struct {
	Card string `json:"card"`
}

type priority struct {
	Priority                string `json:"priority"`
	RequestedAck            bool   `json:"requested_ack,omitempty"`
	PersistentNotifications bool   `json:"persistent_notifications,omitempty"`
}

// renderer turns settings into what is sent for a notification.
type renderer struct {
	*notify.Notification
	deps notify.Deps
}

func (r renderer) message(c Config) message {
	m := message{
		Channel:   r.Value(c.Channel),
		Username:  r.Word(c.Username, ""),
		IconURL:   r.Word(c.IconURL, ""),
		IconEmoji: r.Word(c.IconEmoji, ""),
		Type:      r.Word(c.Type, ""),
		Props:     r.props(c.Props),
		Priority:  r.priority(c.Priority),
	}
	if len(c.Attachments) == 0 {
		m.Attachments = []attachment{r.attachment(c.Attachment)}
		return m
	}
	m.Text = r.cut(r.Text(c.Text))
	for _, a := range c.Attachments {
		m.Attachments = append(m.Attachments, r.attachment(a))
	}
	return m
}

func (r renderer) cut(text string) string {
	return r.deps.CutBodyRunes(name, r.Notification, "text", text, maxText)
}

func (r renderer) attachment(a Attachment) attachment {
	return attachment{
		Fallback:   r.Text(a.Fallback),
		Color:      r.Word(a.Color, ""),
		Pretext:    r.Text(a.Pretext),
		Text:       r.cut(r.Text(a.Text)),
		AuthorName: r.Word(a.AuthorName, ""),
		AuthorLink: r.Word(a.AuthorLink, ""),
		AuthorIcon: r.Word(a.AuthorIcon, ""),
		Title:      r.Text(a.Title),
		TitleLink:  r.Word(a.TitleLink, ""),
		Fields:     r.fields(a.Fields),
		ThumbURL:   r.Word(a.ThumbURL, ""),
		Footer:     r.Text(a.Footer),
		FooterIcon: r.Word(a.FooterIcon, ""),
		ImageURL:   r.Word(a.ImageURL, ""),
	}
}

func (r renderer) fields(fields []Field) []field {
	rendered := make([]field, len(fields))
	for i, f := range fields {
		rendered[i] = field{Title: r.Text(f.Title), Value: r.Text(f.Value), Short: f.Short}
	}
	return rendered
}

func (r renderer) props(p *Props) *props {
	if p == nil {
		return nil
	}
	return &props{Card: r.Text(p.Card)}
}

// priority leaves out what Mattermost does not take together with a priority,
// since it would refuse the whole message.
func (r renderer) priority(p *Priority) *priority {
	if p == nil || p.Priority == "" {
		return nil
	}
	switch level := strings.ToLower(r.Word(p.Priority, "")); level {
	case "urgent":
		return &priority{Priority: level, RequestedAck: p.RequestedAck, PersistentNotifications: p.PersistentNotifications}
	case "important":
		return &priority{Priority: level, RequestedAck: p.RequestedAck}
	}
	return &priority{Priority: "standard"}
}
