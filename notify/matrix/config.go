package matrix

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of Config.MessageType. By default, clients do not ring for notices.
const (
	typeText   = "m.text"
	typeNotice = "m.notice"
)

// Config is one entry of matrix_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.URL    `yaml:"url,omitempty"`        // of the homeserver
	Token             notify.Secret `yaml:"token,omitempty"`      // access token
	TokenFile         string        `yaml:"token_file,omitempty"` // read at every attempt
	RoomID            template.Text `yaml:"room_id"`
	MessageType       string        `yaml:"message_type"`
	Title             template.Text `yaml:"title"`
	Message           template.Text `yaml:"message"`
	HTML              template.Text `yaml:"html"` // in place of both where it can be shown; empty: they are all there is
}

func defaults() Config {
	c := Config{
		MessageType: typeText,
		Title:       `{{ template "slack.default.title" . }}`,
		Message:     `{{ template "discord.default.message" . }}`,
		HTML: `<strong><a href="{{ template "slack.default.titlelink" . }}">{{ template "slack.default.title" . }}</a></strong>` +
			`{{ with .Alerts.Firing }}<p>Alerts Firing:</p><pre>{{ template "__text_alert_list" . }}</pre>{{ end }}` +
			`{{ with .Alerts.Resolved }}<p>Alerts Resolved:</p><pre>{{ template "__text_alert_list" . }}</pre>{{ end }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	problems := []error{notify.OneOf("token", string(c.Token), c.TokenFile)}
	if c.URL == "" {
		problems = append(problems, errors.New("url, the address of the homeserver, must be configured"))
	}
	switch {
	case c.RoomID == "":
		problems = append(problems, errors.New("room_id must be configured"))
	case !strings.Contains(string(c.RoomID), "{{"):
		if err := checkRoom(string(c.RoomID)); err != nil {
			problems = append(problems, fmt.Errorf("room_id: %w", err))
		}
	}
	if c.MessageType != typeText && c.MessageType != typeNotice {
		problems = append(problems, fmt.Errorf("message_type: %q is not %s or %s", c.MessageType, typeText, typeNotice))
	}
	if c.Authorizes() {
		problems = append(problems, errors.New("http_config cannot have an authorization beside token or token_file"))
	}
	return cmp.Or(problems...)
}
