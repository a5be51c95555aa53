package feishu

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of message_type, as Feishu calls them.
const (
	typeText = "text"
	typePost = "post"
	typeCard = "interactive"
)

// Config is one entry of feishu_configs.
type Config struct {
	notify.HTTPCommon    `yaml:",inline"`
	notify.Hook          `yaml:",inline"`
	notify.SigningSecret `yaml:",inline"`

	MessageType string        `yaml:"message_type"`
	Title       template.Text `yaml:"title"`
	Message     template.Text `yaml:"message"`

	// Who is told in particular: open IDs of users.
	AtUserIDs []template.Text `yaml:"at_user_ids,omitempty"`
	AtAll     bool            `yaml:"at_all,omitempty"`

	// Of cards.
	Color   template.Text `yaml:"color,omitempty"` // of the header
	Buttons []Button      `yaml:"buttons,omitempty"`
}

// Button opens a URL.
type Button struct {
	Title template.Text `yaml:"title"`
	URL   template.Text `yaml:"url"`
}

func defaults() Config {
	c := Config{
		MessageType: typeCard,
		Title:       `{{ template "slack.default.title" . }}`,
		Message:     `{{ template "discord.default.message" . }}`,
		Color:       `{{ if eq .Status "firing" }}red{{ else }}green{{ end }}`,
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
	case typeText, typePost:
		if len(c.Buttons) > 0 {
			return errors.New("buttons: only message_type interactive has buttons")
		}
		return nil
	case typeCard:
		return nil
	}
	return errors.New("message_type: must be text, post or interactive")
}

func (c Config) checkButtons() error {
	for i, b := range c.Buttons {
		if b.Title == "" || b.URL == "" {
			return fmt.Errorf("buttons[%d]: title and url must be configured", i)
		}
	}
	return nil
}
