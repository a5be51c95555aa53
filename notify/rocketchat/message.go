package rocketchat

import "github.com/tocsin-alerting/tocsin/notify"

// maxTitle is the number of characters of a title.
const maxTitle = 1024

// message is the body of a request.
type message struct {
	Channel     string       `json:"channel,omitempty"`
	Emoji       string       `json:"emoji,omitempty"`
	Avatar      string       `json:"avatar,omitempty"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	Title     string   `json:"title,omitempty"`
	TitleLink string   `json:"title_link,omitempty"`
	Text      string   `json:"text,omitempty"`
	ImageURL  string   `json:"image_url,omitempty"`
	ThumbURL  string   `json:"thumb_url,omitempty"`
	Color     string   `json:"color,omitempty"`
	Fields    []field  `json:"fields,omitempty"`
	Actions   []action `json:"actions,omitempty"`
}

type field struct {
	Short bool   `json:"short"`
	Title string `json:"title,omitempty"`
	Value string `json:"value,omitempty"`
}

type action struct {
	Type            string `json:"type"`
	Text            string `json:"text,omitempty"`
	URL             string `json:"url,omitempty"`
	IsWebView       bool   `json:"is_webview"`
	Msg             string `json:"msg,omitempty"`
	MsgInChatWindow bool   `json:"msg_in_chat_window"`
}

// renderer turns settings into what is sent for a notification.
type renderer struct {
	*notify.Notification
	deps notify.Deps
}

func (r renderer) message(c Config) message {
	return message{
		Channel:     r.Value(c.Channel),
		Emoji:       r.Word(c.Emoji, ""),
		Avatar:      r.Word(c.IconURL, ""),
		Attachments: []attachment{r.attachment(c)},
	}
}

func (r renderer) attachment(c Config) attachment {
	return attachment{
		Title:     r.deps.CutRunes(name, r.Notification, "title", r.Text(c.Title), maxTitle),
		TitleLink: r.Word(c.TitleLink, ""),
		Text:      r.Text(c.Text),
		ImageURL:  r.Word(c.ImageURL, ""),
		ThumbURL:  r.Word(c.ThumbURL, ""),
		Color:     r.Word(c.Color, ""),
		Fields:    r.fields(c),
		Actions:   r.actions(c.Actions),
	}
}

func (r renderer) fields(c Config) []field {
	rendered := make([]field, len(c.Fields))
	for i, f := range c.Fields {
		rendered[i] = field{Short: c.ShortFields, Title: r.Text(f.Title), Value: r.Text(f.Value)}
		if f.Short != nil {
			rendered[i].Short = *f.Short
		}
	}
	return rendered
}

func (r renderer) actions(actions []Action) []action {
	rendered := make([]action, len(actions))
	for i, a := range actions {
		rendered[i] = action{Type: "button", Text: r.Text(a.Text), URL: r.Word(a.URL, ""), Msg: r.Word(a.Msg, "")}
	}
	return rendered
}
