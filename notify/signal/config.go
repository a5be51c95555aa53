package signal

import (
	"errors"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of signal_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.URL    `yaml:"url,omitempty"` // of the service
	Number            template.Text `yaml:"number"`        // of the sender
	// Recipients are phone numbers, usernames and the ids of groups.
	Recipients []template.Text `yaml:"recipients"`
	Text       template.Text   `yaml:"text"`
	TextMode   string          `yaml:"text_mode,omitempty"` // normal or styled; empty: that of the service
}

func defaults() Config {
	c := Config{Text: `{{ template "slack.default.title" . }}{{ template "discord.default.message" . }}`}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch {
	case c.URL == "":
		return errors.New("url, the address of the signal-cli REST API, must be configured")
	case c.Number == "":
		return errors.New("number, the phone number of the sender, must be configured")
	case len(c.Recipients) == 0:
		return errors.New("recipients must be configured")
	}
	switch c.TextMode {
	case "", "normal", "styled":
		return nil
	}
	return fmt.Errorf("text_mode: %q is not one of normal, styled", c.TextMode)
}
