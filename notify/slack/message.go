package slack

import (
	"github.com/tocsin-alerting/tocsin/notify"
)

// What Slack takes, in characters. It cuts longer texts itself.
const (
	maxTitle = 1024
	maxText  = 40_000
)

// message is the body of a request.
type message struct {
	Channel     string       `json:"channel,omitempty"`
	TS          string       `json:"ts,omitempty"` // of the message that is to be changed
	Username    string       `json:"username,omitempty"`
	IconEmoji   string       `json:"icon_emoji,omitempty"`
	IconURL     string       `json:"icon_url,omitempty"`
	LinkNames   bool         `json:"link_names,omitempty"`
	Text        string       `json:"text,omitempty"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	Title      string   `json:"title,omitempty"`
	TitleLink  string   `json:"title_link,omitempty"`
	Pretext    string   `json:"pretext,omitempty"`
	Text       string   `json:"text"`
	Fallback   string   `json:"fallback"`
	CallbackID string   `json:"callback_id"`
	Fields     []field  `json:"fields,omitempty"`
	Actions    []action `json:"actions,omitempty"`
	ImageURL   string   `json:"image_url,omitempty"`
	ThumbURL   string   `json:"thumb_url,omitempty"`
	Footer     string   `json:"footer"`
	Color      string   `json:"color,omitempty"`
	MrkdwnIn   []string `json:"mrkdwn_in"`
}

type field struct {
	Title string `json:"title"`
	Value string `json:"value"`
	Short bool   `json:"short"`
}

type action struct {
	Type    string   `json:"type"`
	Text    string   `json:"text"`
	URL     string   `json:"url,omitempty"`
	Style   string   `json:"style,omitempty"`
	Name    string   `json:"name,omitempty"`
	Value   string   `json:"value,omitempty"`
	Confirm *confirm `json:"confirm,omitempty"`
}

type confirm struct {
	Text        string `json:"text"`
	Title       string `json:"title,omitempty"`
	OkText      string `json:"ok_text,omitempty"`
	DismissText string `json:"dismiss_text,omitempty"`
}

func (s sender) message(n *notify.Notification) message {
	c := s.config
	return message{
		Channel:     n.Value(c.Channel),
		Username:    n.Word(c.Username, ""),
		IconEmoji:   n.Word(c.IconEmoji, ""),
		IconURL:     n.Word(c.IconURL, ""),
		LinkNames:   c.LinkNames,
		Text:        s.deps.CutBodyRunes(name, n, "message_text", n.Text(c.MessageText), maxText),
		Attachments: []attachment{s.attachment(n)},
	}
}

func (s sender) attachment(n *notify.Notification) attachment {
	c := s.config
	a := attachment{
		Title:      s.deps.CutRunes(name, n, "title", n.Text(c.Title), maxTitle),
		TitleLink:  n.Word(c.TitleLink, ""),
		Pretext:    n.Text(c.Pretext),
		Text:       s.deps.CutBodyRunes(name, n, "text", n.Text(c.Text), maxText),
		Fallback:   n.Text(c.Fallback),
		CallbackID: n.Word(c.CallbackID, ""),
		ImageURL:   n.Word(c.ImageURL, ""),
		ThumbURL:   n.Word(c.ThumbURL, ""),
		Footer:     n.Text(c.Footer),
		Color:      n.Word(c.Color, ""),
		MrkdwnIn:   c.MrkdwnIn,
	}
	if len(a.MrkdwnIn) == 0 {
		a.MrkdwnIn = []string{"fallback", "pretext", "text"}
	}
	for _, f := range c.Fields {
		a.Fields = append(a.Fields, f.render(n, c.ShortFields))
	}
	for _, button := range c.Actions {
		a.Actions = append(a.Actions, button.render(n))
	}
	return a
}

func (f Field) render(n *notify.Notification, short bool) field {
	if f.Short != nil {
		short = *f.Short
	}
	return field{Title: n.Text(f.Title), Value: n.Text(f.Value), Short: short}
}

func (a Action) render(n *notify.Notification) action {
	return action{
		Type:    n.Word(a.Type, "button"),
		Text:    n.Text(a.Text),
		URL:     n.Word(a.URL, ""),
		Style:   n.Word(a.Style, ""),
		Name:    n.Word(a.Name, ""),
		Value:   n.Word(a.Value, ""),
		Confirm: a.Confirm.render(n),
	}
}

func (c *Confirm) render(n *notify.Notification) *confirm {
	if c == nil {
		return nil
	}
	return &confirm{
		Text:        n.Text(c.Text),
		Title:       n.Text(c.Title),
		OkText:      n.Text(c.OkText),
		DismissText: n.Text(c.DismissText),
	}
}
