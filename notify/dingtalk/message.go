package dingtalk

import (
	"encoding/json"

	"github.com/tocsin-alerting/tocsin/notify"
)

const (
	// maxBody is what DingTalk takes, in bytes of the whole request.
	maxBody = 20000
	// maxTitle is the number of characters of a title. DingTalk has no limit, but
	// a title should leave the room to the text.
	maxTitle = 200
)

// message is the body of a request.
type message struct {
	Type       string      `json:"msgtype"`
	Text       *text       `json:"text,omitempty"`
	Markdown   *markdown   `json:"markdown,omitempty"`
	ActionCard *actionCard `json:"actionCard,omitempty"`
	At         *at         `json:"at,omitempty"`
}

type text struct {
	Content string `json:"content"`
}

type markdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type actionCard struct {
	Title       string   `json:"title"`
	Text        string   `json:"text"`
	SingleTitle string   `json:"singleTitle,omitempty"`
	SingleURL   string   `json:"singleURL,omitempty"`
	Orientation string   `json:"btnOrientation,omitempty"`
	Buttons     []button `json:"btns,omitempty"`
}

type button struct {
	Title string `json:"title"`
	URL   string `json:"actionURL"`
}

// renderer turns settings into what is sent for a notification.
type renderer struct {
	*notify.Notification
	deps notify.Deps
}

// message cuts the text so that the whole has the size that DingTalk takes.
func (r renderer) message(c Config) message {
	m, body := r.frame(c)
	m.At = r.at(c)
	*body = m.At.mentions("", c.MessageType)
	room := maxBody - size(m) + len(`""`)
	rendered := r.deps.CutBodyJSON(name, r.Notification, "message", r.Text(c.Message), room)
	*body = rendered + m.At.mentions(rendered, c.MessageType)
	return m
}

// frame is a message without its text, and where that belongs.
func (r renderer) frame(c Config) (m message, body *string) {
	switch c.MessageType {
	case typeText:
		t := &text{}
		return message{Type: "text", Text: t}, &t.Content
	case typeActionCard:
		card := r.card(c)
		return message{Type: "actionCard", ActionCard: card}, &card.Text
	}
	md := &markdown{Title: r.title(c)}
	return message{Type: "markdown", Markdown: md}, &md.Text
}

func (r renderer) title(c Config) string {
	return r.deps.CutRunes(name, r.Notification, "title", r.Text(c.Title), maxTitle)
}

func (r renderer) card(c Config) *actionCard {
	card := &actionCard{Title: r.title(c)}
	buttons := r.buttons(c.Buttons)
	if len(buttons) == 0 {
		buttons = r.buttons([]Button{{Title: "Details", URL: `{{ template "slack.default.titlelink" . }}`}})
	}
	if len(buttons) == 1 {
		card.SingleTitle, card.SingleURL = buttons[0].Title, buttons[0].URL
		return card
	}
	card.Buttons, card.Orientation = buttons, "0"
	if c.ButtonLayout == layoutHorizontal {
		card.Orientation = "1"
	}
	return card
}

// buttons leaves out those that lead nowhere, since DingTalk would refuse the
// whole message.
func (r renderer) buttons(configured []Button) []button {
	var rendered []button
	for _, b := range configured {
		shown := button{Title: r.Word(b.Title, "Details"), URL: r.Word(b.URL, "")}
		if shown.Title != "" && shown.URL != "" {
			rendered = append(rendered, shown)
		}
	}
	return rendered
}

// size is that of the body, with the newline at its end.
func size(m message) int {
	b, _ := json.Marshal(m) // strings and flags have a form in JSON
	return len(b) + len("\n")
}
