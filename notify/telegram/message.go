package telegram

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// maxText is the number of characters of a text that Telegram takes.
const maxText = 4096

// message is the body of a request. All values are strings.
type message struct {
	ChatID                string `json:"chat_id"`
	DisableNotification   string `json:"disable_notification,omitempty"`
	DisableWebPagePreview string `json:"disable_web_page_preview"`
	MessageThreadID       string `json:"message_thread_id,omitempty"`
	ParseMode             string `json:"parse_mode,omitempty"`
	Text                  string `json:"text"`
}

func (s sender) message(n *notify.Notification, chat int64) message {
	m := message{ChatID: strconv.FormatInt(chat, 10), DisableWebPagePreview: "true"}
	if s.DisableNotifications {
		m.DisableNotification = "true"
	}
	if s.MessageThreadID != 0 {
		m.MessageThreadID = strconv.Itoa(s.MessageThreadID)
	}
	m.Text, m.ParseMode = s.text(n)
	return m
}

// text returns the text and the mode in which Telegram is to parse it.
func (s sender) text(n *notify.Notification) (text, mode string) {
	if s.ParseMode == modeHTML {
		return s.page(n), modeHTML
	}
	text, mode = n.Text(s.Message), s.ParseMode
	if n.Replaced() != nil {
		// The fallback is no Markdown. Parsed as such, it would be rejected.
		mode = modePlain
	}
	text, cut := notify.TruncateRunesTo(text, maxText, escape(n.Ending(), mode))
	if cut {
		_ = level.Warn(s.deps.LoggerFor("telegram", n)).Log("msg", "Cut a text that is too long", "key", "message", "characters", maxText)
	}
	return text, mode
}

// escape keeps a mode from reading a text as anything but a text
// (https://core.telegram.org/bots/api#formatting-options).
func escape(text, mode string) string {
	special := map[string]string{modeMarkdown: "_*`[", modeMarkdownV2: "\\_*[]()~`>#+-=|{}.!"}[mode]
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// page is the text as HTML. What is too long cannot be cut, since tags would
// stay open; a notice takes its place.
func (s sender) page(n *notify.Notification) string {
	text := n.HTML(s.Message)
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	_ = level.Warn(s.deps.LoggerFor("telegram", n)).Log("msg", "Message is too long for Telegram and was replaced by a notice",
		"key", "message", "limit", maxText)
	const mostSubject = 600 // escaping makes up to five characters of one
	subject, _ := notify.TruncateRunes(n.Text(`{{ template "__subject" . }}`), mostSubject)
	link := n.Link()
	if link == "" {
		link = n.Text(`{{ template "__alertmanagerURL" . }}`)
	}
	return html.EscapeString(subject + "\n\nThe message about these alerts is longer than Telegram takes. See " + link)
}

// reply is what the Bot API answers, as far as it can be read.
type reply struct {
	ok   string // "true", "false", or anything else
	code int
	text string
	wait time.Duration
}

func readReply(answer *notify.Answer) reply {
	// What cannot be read is missing from the fields, or leaves its variable as
	// it is.
	fields, _ := answer.Fields()
	r := reply{ok: string(fields["ok"])}
	_ = json.Unmarshal(fields["error_code"], &r.code)
	_ = json.Unmarshal(fields["description"], &r.text)
	var parameters struct {
		RetryAfter int32 `json:"retry_after"`
	}
	_ = json.Unmarshal(fields["parameters"], &parameters)
	r.wait = time.Duration(parameters.RetryAfter) * time.Second
	return r
}
