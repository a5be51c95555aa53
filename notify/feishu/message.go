package feishu

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

const (
	// maxBody is what Feishu takes, in bytes of the whole request.
	maxBody = 20000
	// maxTitle is the number of characters of a title. Feishu has no limit, but a
	// title should leave the room to the text.
	maxTitle = 200
	// everybody stands in place of the ID of a user.
	everybody = "all"
)

// message is the body of a request.
type message struct {
	signature
	Type    string   `json:"msg_type"`
	Content *content `json:"content,omitempty"`
	Card    *card    `json:"card,omitempty"`
}

// content is a text or a post.
type content struct {
	Text string `json:"text,omitempty"`
	Post *post  `json:"post,omitempty"`
}

// post has one language, which is shown to everybody.
type post struct {
	Language article `json:"zh_cn"`
}

type article struct {
	Title      string   `json:"title,omitempty"`
	Paragraphs [][]node `json:"content"`
}

type node struct {
	Tag    string `json:"tag"`
	Text   string `json:"text,omitempty"`
	UserID string `json:"user_id,omitempty"`
}

// renderer turns settings into what is sent for a notification.
type renderer struct {
	*notify.Notification
	deps notify.Deps
}

// message cuts the text so that the whole has the size that Feishu takes.
func (r renderer) message(c Config, proof signature) message {
	assemble := r.assembler(c, proof)
	// One character takes the place of the text, since nothing is left out.
	room := maxBody - size(assemble("x")) + len(`"x"`)
	text := r.deps.CutBodyJSON(name, r.Notification, "message", r.Text(c.Message), room)
	return assemble(text)
}

// assembler returns what makes a message of a text. Everything else is rendered
// once.
func (r renderer) assembler(c Config, proof signature) func(text string) message {
	m := message{signature: proof, Type: c.MessageType}
	title := r.deps.CutRunes(name, r.Notification, "title", r.Text(c.Title), maxTitle)
	users := r.Words(c.AtUserIDs)
	if c.AtAll {
		users = append(users, everybody)
	}
	switch c.MessageType {
	case typeText:
		return func(text string) message {
			m.Content = &content{Text: plain(title, text, users)}
			return m
		}
	case typePost:
		return func(text string) message {
			m.Content = &content{Post: &post{article{Title: title, Paragraphs: paragraphs(text, users)}}}
			return m
		}
	}
	header, buttons := r.header(c, title), r.buttons(c)
	return func(text string) message {
		m.Card = newCard(header, text+mentions(`<at id=%s></at>`, users), buttons)
		return m
	}
}

// plain is a text, which has no title of its own.
func plain(title, text string, users []string) string {
	if title != "" {
		text = title + "\n" + text
	}
	return text + mentions(`<at user_id="%s"></at>`, users)
}

// paragraphs leaves out a text that is empty, which Feishu would refuse.
func paragraphs(text string, users []string) [][]node {
	list := [][]node{}
	if text != "" {
		list = append(list, []node{{Tag: "text", Text: text}})
	}
	if len(users) == 0 {
		return list
	}
	var mentioned []node
	for _, user := range users {
		mentioned = append(mentioned, node{Tag: "at", UserID: user})
	}
	return append(list, mentioned)
}

// mentions is a line with a tag for each user.
func mentions(tag string, users []string) string {
	if len(users) == 0 {
		return ""
	}
	tags := make([]string, len(users))
	for i, user := range users {
		tags[i] = fmt.Sprintf(tag, user)
	}
	return "\n" + strings.Join(tags, " ")
}

// size is that of the body, with the newline at its end.
func size(m message) int {
	b, _ := json.Marshal(m) // strings and flags have a form in JSON
	return len(b) + len("\n")
}
