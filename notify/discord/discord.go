// Package discord sends notifications to an incoming webhook of Discord
// (https://discord.com/developers/docs/resources/webhook#execute-webhook).
package discord

import (
	"net/http"
	"net/url"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// What Discord takes, in characters.
const (
	maxContent = 2000
	maxTitle   = 256
	maxMessage = 4096
)

// The colours of the bar beside a message.
const (
	red   = 0x992D22
	green = 0x2ECC71
)

// Kind is the integration "discord".
func Kind() notify.Kind {
	defaults := Config{
		Title:   `{{ template "discord.default.title" . }}`,
		Message: `{{ template "discord.default.message" . }}`,
	}
	defaults.SendResolved = true
	return notify.NewKind("discord", defaults, open)
}

// Config is one entry of discord_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	notify.Hook       `yaml:",inline"`
	Content           template.Text `yaml:"content,omitempty"` // above the embed
	Title             template.Text `yaml:"title"`
	Message           template.Text `yaml:"message"`
	Username          string        `yaml:"username,omitempty"`   // empty: that of the webhook
	AvatarURL         string        `yaml:"avatar_url,omitempty"` // left out of messages if it is no URL
}

// message is the body of a request.
type message struct {
	Content   string  `json:"content"`
	Embeds    []embed `json:"embeds"`
	Username  string  `json:"username,omitempty"`
	AvatarURL string  `json:"avatar_url,omitempty"`
}

type embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Color       int    `json:"color"`
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, "discord", c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		target, err := c.Target()
		if err != nil {
			return nil, err
		}
		return notify.PostJSON(target, c.message(d, n))
	})
}

func (c Config) message(d notify.Deps, n *notify.Notification) message {
	cut := func(key string, text template.Text, most int) string {
		return d.CutBodyRunes("discord", n, key, n.Text(text), most)
	}
	return message{
		Content: cut("content", c.Content, maxContent),
		Embeds: []embed{{
			Title:       d.CutRunes("discord", n, "title", n.Text(c.Title), maxTitle),
			Description: cut("message", c.Message, maxMessage),
			Color:       color(n.Data.Status),
		}},
		Username:  c.Username,
		AvatarURL: c.avatar(d, n),
	}
}

// avatar is the configured picture. A message is better without one than
// rejected because of it.
func (c Config) avatar(d notify.Deps, n *notify.Notification) string {
	if _, err := url.Parse(c.AvatarURL); err != nil {
		_ = level.Warn(d.LoggerFor("discord", n)).Log("msg", "The avatar is no URL and was left out", "key", "avatar_url")
		return ""
	}
	return c.AvatarURL
}

func color(status string) int {
	if status == template.StatusFiring {
		return red
	}
	return green
}
