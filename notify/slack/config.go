package slack

import (
	"cmp"
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The methods of Slack's web API. Only a message that was posted with the first
// can be changed, with the second.
const (
	postMessage = "https://slack.com/api/chat.postMessage"
	update      = "https://slack.com/api/chat.update"
)

// Config is one entry of slack_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`

	// An incoming webhook. The URL is the key to it and is never shown.
	APIURL     notify.Secret `yaml:"api_url,omitempty"`
	APIURLFile string        `yaml:"api_url_file,omitempty"` // read at every attempt

	// An app, which posts to AppURL with its token.
	AppToken     notify.Secret `yaml:"app_token,omitempty"`
	AppTokenFile string        `yaml:"app_token_file,omitempty"` // read at every attempt
	AppURL       notify.URL    `yaml:"app_url,omitempty"`

	Channel     template.Text `yaml:"channel,omitempty"`
	Username    template.Text `yaml:"username,omitempty"`
	Color       template.Text `yaml:"color,omitempty"`
	Title       template.Text `yaml:"title,omitempty"`
	TitleLink   template.Text `yaml:"title_link,omitempty"`
	Pretext     template.Text `yaml:"pretext,omitempty"`
	Text        template.Text `yaml:"text,omitempty"`         // of the attachment
	MessageText template.Text `yaml:"message_text,omitempty"` // above the attachment
	Fields      []Field       `yaml:"fields,omitempty"`
	ShortFields bool          `yaml:"short_fields"`
	Footer      template.Text `yaml:"footer,omitempty"`
	Fallback    template.Text `yaml:"fallback,omitempty"`
	CallbackID  template.Text `yaml:"callback_id,omitempty"`
	IconEmoji   template.Text `yaml:"icon_emoji,omitempty"`
	IconURL     template.Text `yaml:"icon_url,omitempty"`
	ImageURL    template.Text `yaml:"image_url,omitempty"`
	ThumbURL    template.Text `yaml:"thumb_url,omitempty"`
	LinkNames   bool          `yaml:"link_names"`
	MrkdwnIn    []string      `yaml:"mrkdwn_in,omitempty"`
	Actions     []Action      `yaml:"actions,omitempty"`
	// UpdateMessage changes the message of an episode instead of posting more.
	UpdateMessage bool `yaml:"update_message"`
}

// Field is a line of a table under the text.
type Field struct {
	Title template.Text `yaml:"title,omitempty"`
	Value template.Text `yaml:"value,omitempty"`
	Short *bool         `yaml:"short,omitempty"` // nil: as ShortFields
}

// Action is a button.
type Action struct {
	Type    template.Text `yaml:"type,omitempty"`
	Text    template.Text `yaml:"text,omitempty"`
	URL     template.Text `yaml:"url,omitempty"` // with it, Name, Value and Confirm do not count
	Style   template.Text `yaml:"style,omitempty"`
	Name    template.Text `yaml:"name,omitempty"`
	Value   template.Text `yaml:"value,omitempty"`
	Confirm *Confirm      `yaml:"confirm,omitempty"`
}

// Confirm is what a button asks before it acts.
type Confirm struct {
	Title       template.Text `yaml:"title,omitempty"`
	Text        template.Text `yaml:"text,omitempty"`
	OkText      template.Text `yaml:"ok_text,omitempty"`
	DismissText template.Text `yaml:"dismiss_text,omitempty"`
}

func defaults() Config {
	return Config{
		Username:   `{{ template "slack.default.username" . }}`,
		Color:      `{{ template "slack.default.color" . }}`,
		Title:      `{{ template "slack.default.title" . }}`,
		TitleLink:  `{{ template "slack.default.titlelink" . }}`,
		Pretext:    `{{ template "slack.default.pretext" . }}`,
		Text:       `{{ template "slack.default.text" . }}`,
		Footer:     `{{ template "slack.default.footer" . }}`,
		Fallback:   `{{ template "slack.default.fallback" . }}`,
		CallbackID: `{{ template "slack.default.callbackid" . }}`,
		IconEmoji:  `{{ template "slack.default.iconemoji" . }}`,
		IconURL:    `{{ template "slack.default.iconurl" . }}`,
	}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	problems := []error{
		atMostOne("api_url", c.hasURL(), string(c.APIURL), c.APIURLFile),
		atMostOne("app_token", c.hasToken(), string(c.AppToken), c.AppTokenFile),
		notify.CheckSecretURL("api_url", c.APIURL),
	}
	if c.hasURL() && c.hasToken() {
		problems = append(problems, errors.New("at most one of api_url and app_token, or their files, must be configured"))
	}
	for i, f := range c.Fields {
		if f.Title == "" || f.Value == "" {
			problems = append(problems, fmt.Errorf("fields[%d]: title and value must be configured", i))
		}
	}
	for i, a := range c.Actions {
		if err := a.check(); err != nil {
			problems = append(problems, fmt.Errorf("actions[%d]: %w", i, err))
		}
	}
	return cmp.Or(problems...)
}

func (c Config) hasURL() bool { return c.APIURL != "" || c.APIURLFile != "" }

// Locate makes a relative path of the file with the token begin at dir.
func (c *Config) Locate(dir string) { c.AppTokenFile = commoncfg.JoinDir(dir, c.AppTokenFile) }

func (c Config) hasToken() bool { return c.AppToken != "" || c.AppTokenFile != "" }

// atMostOne checks a setting that may be missing and its file variant.
func atMostOne(key string, given bool, inline, file string) error {
	if !given {
		return nil
	}
	return notify.OneOf(key, inline, file)
}

func (a Action) check() error {
	switch {
	case a.Type == "":
		return errors.New("type must be configured")
	case a.Text == "":
		return errors.New("text must be configured")
	case a.URL == "" && a.Name == "":
		return errors.New("one of url or name must be configured")
	case a.Confirm != nil && a.Confirm.Text == "":
		return errors.New("confirm: text must be configured")
	}
	return nil
}

// target is where messages are posted.
func (c Config) target() (string, error) {
	if c.hasToken() {
		return string(c.AppURL), nil
	}
	return notify.FromFile(string(c.APIURL), c.APIURLFile)
}

// authorizes reports whether settings of the client already say who asks.
func authorizes(c *commoncfg.HTTPClientConfig) bool { return c != nil && c.Authorization != nil }
