package telegram

import (
	"errors"
	"fmt"
	"strconv"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of Config.ParseMode.
const (
	modePlain      = ""
	modeHTML       = "HTML"
	modeMarkdown   = "Markdown"
	modeMarkdownV2 = "MarkdownV2"
)

// Config is one entry of telegram_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	APIURL            notify.URL    `yaml:"api_url,omitempty"`
	BotToken          notify.Secret `yaml:"bot_token,omitempty"`
	BotTokenFile      string        `yaml:"bot_token_file,omitempty"` // read at every attempt
	ChatID            int64         `yaml:"chat_id,omitempty"`        // 0: that of the file
	ChatIDFile        string        `yaml:"chat_id_file,omitempty"`   // read at every attempt
	MessageThreadID   int           `yaml:"message_thread_id,omitempty"`
	// Message is rendered with HTML escaping if ParseMode is HTML.
	Message              template.Text `yaml:"message"`
	DisableNotifications bool          `yaml:"disable_notifications,omitempty"`
	ParseMode            string        `yaml:"parse_mode"`
}

// Global is what the global section may say.
type Global struct {
	APIURL       notify.URL    `yaml:"telegram_api_url,omitempty"`
	BotToken     notify.Secret `yaml:"telegram_bot_token,omitempty"`
	BotTokenFile string        `yaml:"telegram_bot_token_file,omitempty"`
}

func defaults() Config {
	c := Config{Message: `{{ template "telegram.default.message" . }}`, ParseMode: modeHTML}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with the global settings.
func (g Global) Check() error {
	if g.BotToken != "" && g.BotTokenFile != "" {
		return errors.New("at most one of telegram_bot_token and telegram_bot_token_file must be configured")
	}
	return nil
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if c.BotToken != "" && c.BotTokenFile != "" {
		return errors.New("at most one of bot_token and bot_token_file must be configured")
	}
	chat := ""
	if c.ChatID != 0 {
		chat = strconv.FormatInt(c.ChatID, 10)
	}
	if err := notify.OneOf("chat_id", chat, c.ChatIDFile); err != nil {
		return err
	}
	switch c.ParseMode {
	case modePlain, modeHTML, modeMarkdown, modeMarkdownV2:
		return nil
	}
	return fmt.Errorf("parse_mode: %q is not one of %s, %s, %s or empty", c.ParseMode, modeHTML, modeMarkdown, modeMarkdownV2)
}

// inherit takes the token as a pair, so that a file in one place does not
// compete with a token in the other.
func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	if c.APIURL == "" {
		c.APIURL = g.APIURL
	}
	if c.BotToken == "" && c.BotTokenFile == "" {
		c.BotToken, c.BotTokenFile = g.BotToken, g.BotTokenFile
	}
	switch {
	case c.APIURL == "":
		return errors.New("api_url, or telegram_api_url in the global section, must be configured")
	case c.BotToken == "" && c.BotTokenFile == "":
		return errors.New("bot_token or bot_token_file, or one of telegram_bot_token and telegram_bot_token_file " +
			"in the global section, must be configured")
	}
	return nil
}
