package mattermost

import (
	"cmp"
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of mattermost_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	notify.Hook       `yaml:",inline"`

	Channel   template.Text `yaml:"channel,omitempty"`
	Username  template.Text `yaml:"username,omitempty"`
	IconURL   template.Text `yaml:"icon_url,omitempty"`
	IconEmoji template.Text `yaml:"icon_emoji,omitempty"`
	Type      template.Text `yaml:"type,omitempty"`
	// What an attachment has stands here, for a message with one of them.
	Attachment `yaml:",inline"`
	// Attachments, if there are any, take the place of that one, of which only
	// the text is used: it becomes that of the message.
	Attachments []Attachment `yaml:"attachments,omitempty"`
	Props       *Props       `yaml:"props,omitempty"`
	Priority    *Priority    `yaml:"priority,omitempty"`
}

// Attachment is a part of a message with a colored bar at its side.
type Attachment struct {
	Fallback   template.Text `yaml:"fallback,omitempty"`
	Color      template.Text `yaml:"color,omitempty"`
	Pretext    template.Text `yaml:"pretext,omitempty"`
	Text       template.Text `yaml:"text,omitempty"`
	AuthorName template.Text `yaml:"author_name,omitempty"`
	AuthorLink template.Text `yaml:"author_link,omitempty"`
	AuthorIcon template.Text `yaml:"author_icon,omitempty"`
	Title      template.Text `yaml:"title,omitempty"`
	TitleLink  template.Text `yaml:"title_link,omitempty"`
	Fields     []Field       `yaml:"fields,omitempty"`
	ThumbURL   template.Text `yaml:"thumb_url,omitempty"`
	Footer     template.Text `yaml:"footer,omitempty"`
	FooterIcon template.Text `yaml:"footer_icon,omitempty"`
	ImageURL   template.Text `yaml:"image_url,omitempty"`
}

// Field is a line of a table under the text.
type Field struct {
	Title template.Text `yaml:"title,omitempty"`
	Value template.Text `yaml:"value,omitempty"`
	Short *bool         `yaml:"short,omitempty"`
}

// Props are properties of a message.
type Props struct {
	Card template.Text `yaml:"card,omitempty"` // shown beside the channel, on demand
}

// Priority is how urgent a message is.
type Priority struct {
	Priority                template.Text `yaml:"priority,omitempty"` // urgent, important or standard
	RequestedAck            bool          `yaml:"requested_ack,omitempty"`
	PersistentNotifications bool          `yaml:"persistent_notifications,omitempty"`
}

func defaults() Config {
	c := Config{
		Username: `{{ template "mattermost.default.username" . }}`,
		Attachment: Attachment{
			Fallback:  `{{ template "mattermost.default.fallback" . }}`,
			Color:     `{{ template "mattermost.default.color" . }}`,
			Text:      `{{ template "mattermost.default.text" . }}`,
			Title:     `{{ template "mattermost.default.title" . }}`,
			TitleLink: `{{ template "mattermost.default.titlelink" . }}`,
		},
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry. The URL may be that of the global
// section.
func (c Config) Check() error {
	if c.Hook != (notify.Hook{}) {
		if err := c.Hook.Check(); err != nil {
			return err
		}
	}
	problems := []error{checkFields("", c.Fields)}
	for i, a := range c.Attachments {
		problems = append(problems, checkFields(fmt.Sprintf("attachments[%d].", i), a.Fields))
	}
	return cmp.Or(problems...)
}

func checkFields(path string, fields []Field) error {
	for i, f := range fields {
		if f.Title == "" || f.Value == "" {
			return fmt.Errorf("%sfields[%d]: title and value must be configured", path, i)
		}
	}
	return nil
}

// Global is what the global section says about Mattermost.
type Global struct {
	WebhookURL     notify.Secret `yaml:"mattermost_webhook_url,omitempty"`
	WebhookURLFile string        `yaml:"mattermost_webhook_url_file,omitempty"`
}

// Check returns what is wrong with the section.
func (g Global) Check() error {
	if g.WebhookURL != "" && g.WebhookURLFile != "" {
		return errors.New("at most one of mattermost_webhook_url and mattermost_webhook_url_file must be configured")
	}
	return notify.CheckSecretURL("mattermost_webhook_url", g.WebhookURL)
}

func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	if c.Hook == (notify.Hook{}) {
		c.Hook = notify.Hook{WebhookURL: g.WebhookURL, WebhookURLFile: g.WebhookURLFile}
	}
	return c.Hook.Check()
}
