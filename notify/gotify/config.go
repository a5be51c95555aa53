package gotify

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of gotify_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.URL    `yaml:"url,omitempty"`        // of the server
	Token             notify.Secret `yaml:"token,omitempty"`      // of the application
	TokenFile         string        `yaml:"token_file,omitempty"` // read at every attempt
	Title             template.Text `yaml:"title"`
	Message           template.Text `yaml:"message"`
	Priority          template.Text `yaml:"priority"`
	Click             template.Text `yaml:"click"` // where a tap on the message leads
	Markdown          bool          `yaml:"markdown,omitempty"`
}

func defaults() Config {
	c := Config{
		Title:   `{{ template "slack.default.title" . }}`,
		Message: `{{ template "discord.default.message" . }}`,
		Priority: `{{ $p := 2 }}{{ range .Alerts.Firing }}` +
			`{{ if eq .Labels.severity "critical" }}{{ $p = 8 }}{{ else if eq $p 2 }}{{ $p = 5 }}{{ end }}{{ end }}{{ $p }}`,
		Click: `{{ template "slack.default.titlelink" . }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	problems := []error{notify.OneOf("token", string(c.Token), c.TokenFile)}
	if c.URL == "" {
		problems = append(problems, errors.New("url, the address of the server, must be configured"))
	}
	if !strings.Contains(string(c.Priority), "{{") {
		if _, err := priority(string(c.Priority)); err != nil {
			problems = append(problems, fmt.Errorf("priority: %w", err))
		}
	}
	return cmp.Or(problems...)
}
