package dingtalk

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of message_type.
const (
	typeText       = "text"
	typeMarkdown   = "markdown"
	typeActionCard = "action_card"
)

// The values of button_layout.
const (
	layoutVertical   = "vertical"
	layoutHorizontal = "horizontal"
)

// Config is one entry of dingtalk_configs.
type Config struct {
	notify.HTTPCommon    `yaml:",inline"`
	notify.Hook          `yaml:",inline"`
	notify.SigningSecret `yaml:",inline"`

	MessageType string        `yaml:"message_type"`
	Title       template.Text `yaml:"title"` // what lists of chats show; not of texts
	Message     template.Text `yaml:"message"`

	// Of action cards.
	Buttons      []Button `yaml:"buttons,omitempty"`
	ButtonLayout string   `yaml:"button_layout,omitempty"` // empty: vertical

	// Who is told in particular; not by action cards.
	AtMobiles []template.Text `yaml:"at_mobiles,omitempty"`
	AtUserIDs []template.Text `yaml:"at_user_ids,omitempty"`
	AtAll     bool            `yaml:"at_all,omitempty"`
}

// Button opens a URL.
type Button struct {
	Title template.Text `yaml:"title"`
	URL   template.Text `yaml:"url"`
}

func defaults() Config {
	c := Config{
		MessageType: typeMarkdown,
		Title:       `{{ template "slack.default.title" . }}`,
		Message:     `### {{ template "slack.default.title" . }}{{ template "msteamsv2.default.text" . }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	return cmp.Or(c.Hook.Check(), c.SigningSecret.Check(), c.checkType(), c.checkButtons())
}

func (c Config) checkType() error {
	switch c.MessageType {
	case typeText, typeMarkdown:
		if len(c.Buttons) > 0 || c.ButtonLayout != "" {
			return errors.New("buttons, button_layout: only message_type action_card has buttons")
		}
	case typeActionCard:
		if c.AtAll || len(c.AtMobiles) > 0 || len(c.AtUserIDs) > 0 {
			return errors.New("at_mobiles, at_user_ids, at_all: DingTalk does not take them with message_type action_card")
		}
	default:
		return errors.New("message_type: must be text, markdown or action_card")
	}
	return nil
}

func (c Config) checkButtons() error {
	for i, b := range c.Buttons {
		if b.Title == "" || b.URL == "" {
			return fmt.Errorf("buttons[%d]: title and url must be configured", i)
		}
	}
	switch c.ButtonLayout {
	case "", layoutVertical, layoutHorizontal:
		return nil
	}
	return errors.New("button_layout: must be vertical or horizontal")
}
