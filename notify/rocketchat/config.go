package rocketchat

import (
	"cmp"
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of rocketchat_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`

	APIURL notify.URL `yaml:"api_url,omitempty"`
	// Who posts, and the proof of it. A file comes before the value itself, which
	// may be there because one of them is from the global section.
	TokenID     notify.Secret `yaml:"token_id,omitempty"`
	TokenIDFile string        `yaml:"token_id_file,omitempty"` // read at every attempt
	Token       notify.Secret `yaml:"token,omitempty"`
	TokenFile   string        `yaml:"token_file,omitempty"` // read at every attempt

	Channel     template.Text `yaml:"channel,omitempty"`
	Color       template.Text `yaml:"color,omitempty"`
	Title       template.Text `yaml:"title,omitempty"`
	TitleLink   template.Text `yaml:"title_link,omitempty"`
	Text        template.Text `yaml:"text,omitempty"`
	Fields      []Field       `yaml:"fields,omitempty"`
	ShortFields bool          `yaml:"short_fields"`
	Emoji       template.Text `yaml:"emoji,omitempty"`
	IconURL     template.Text `yaml:"icon_url,omitempty"`
	ImageURL    template.Text `yaml:"image_url,omitempty"`
	ThumbURL    template.Text `yaml:"thumb_url,omitempty"`
	LinkNames   bool          `yaml:"link_names"` // has no effect
	Actions     []Action      `yaml:"actions,omitempty"`
}

// Field is a line of a table under the text.
type Field struct {
	Title template.Text `yaml:"title,omitempty"`
	Value template.Text `yaml:"value,omitempty"`
	Short *bool         `yaml:"short,omitempty"` // nil: as ShortFields
}

// Action is a button. It opens a URL or says something in the channel. What is
// not a template has no effect.
type Action struct {
	Type               string        `yaml:"type,omitempty"`
	Text               template.Text `yaml:"text,omitempty"`
	URL                template.Text `yaml:"url,omitempty"`
	ImageURL           string        `yaml:"imageurl,omitempty"`
	IsWebView          bool          `yaml:"iswebview,omitempty"`
	WebviewHeightRatio string        `yaml:"webviewheightratio,omitempty"`
	Msg                template.Text `yaml:"msg,omitempty"`
	MsgInChatWindow    bool          `yaml:"msginchatwindow,omitempty"`
	MsgProcessingType  string        `yaml:"msgprocessingtype,omitempty"`
}

func defaults() Config {
	return Config{
		Color:     `{{ if eq .Status "firing" }}red{{ else }}green{{ end }}`,
		Title:     `{{ template "rocketchat.default.title" . }}`,
		TitleLink: `{{ template "rocketchat.default.titlelink" . }}`,
		Text:      `{{ template "rocketchat.default.text" . }}`,
		Emoji:     `{{ template "rocketchat.default.emoji" . }}`,
		IconURL:   `{{ template "rocketchat.default.iconurl" . }}`,
	}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	return cmp.Or(
		notBoth("token_id", c.TokenID, c.TokenIDFile),
		notBoth("token", c.Token, c.TokenFile),
	)
}

func notBoth(key string, inline notify.Secret, file string) error {
	if inline != "" && file != "" {
		return fmt.Errorf("at most one of %s and %s_file must be configured", key, key)
	}
	return nil
}

// credentials say who posts.
type credentials struct{ id, token string }

func (c Config) credentials() (credentials, error) {
	id, err := notify.FromFile(string(c.TokenID), c.TokenIDFile)
	if err != nil {
		return credentials{}, fmt.Errorf("token_id: %w", err)
	}
	token, err := notify.FromFile(string(c.Token), c.TokenFile)
	if err != nil {
		return credentials{}, fmt.Errorf("token: %w", err)
	}
	return credentials{id: id, token: token}, nil
}

// Global is what the global section says about Rocket.Chat.
type Global struct {
	APIURL      notify.URL    `yaml:"rocketchat_api_url,omitempty"`
	TokenID     notify.Secret `yaml:"rocketchat_token_id,omitempty"`
	TokenIDFile string        `yaml:"rocketchat_token_id_file,omitempty"`
	Token       notify.Secret `yaml:"rocketchat_token,omitempty"`
	TokenFile   string        `yaml:"rocketchat_token_file,omitempty"`
}

// Check returns what is wrong with the section.
func (g Global) Check() error {
	return cmp.Or(
		notBoth("rocketchat_token_id", g.TokenID, g.TokenIDFile),
		notBoth("rocketchat_token", g.Token, g.TokenFile),
	)
}

// inherit fills in what an entry lacks, each key for itself.
func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	c.APIURL = cmp.Or(c.APIURL, g.APIURL)
	c.TokenID, c.TokenIDFile = oneOf(cmp.Or(c.TokenID, g.TokenID), cmp.Or(c.TokenIDFile, g.TokenIDFile))
	c.Token, c.TokenFile = oneOf(cmp.Or(c.Token, g.Token), cmp.Or(c.TokenFile, g.TokenFile))
	switch {
	case c.APIURL == "":
		return errors.New("api_url: must be configured, or rocketchat_api_url in the global section")
	case c.TokenID == "" && c.TokenIDFile == "":
		return errors.New("one of token_id or token_id_file must be configured, here or as rocketchat_token_id in the global section")
	case c.Token == "" && c.TokenFile == "":
		return errors.New("one of token or token_file must be configured, here or as rocketchat_token in the global section")
	}
	return nil
}

// oneOf keeps the file if there are both.
func oneOf(inline notify.Secret, file string) (notify.Secret, string) {
	if file != "" {
		return "", file
	}
	return inline, ""
}
