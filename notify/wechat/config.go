package wechat

import (
	"errors"
	"fmt"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of message_type.
const (
	typeText     = "text"
	typeMarkdown = "markdown"
)

// Globals is what the global section says for this kind.
type Globals struct {
	APIURL        notify.URL    `yaml:"wechat_api_url,omitempty"`
	APISecret     notify.Secret `yaml:"wechat_api_secret,omitempty"`
	APISecretFile string        `yaml:"wechat_api_secret_file,omitempty"`
	CorpID        string        `yaml:"wechat_api_corp_id,omitempty"`
}

// Check returns what is wrong with the settings.
func (g Globals) Check() error {
	if g.APISecret != "" && g.APISecretFile != "" {
		return errors.New("at most one of wechat_api_secret and wechat_api_secret_file must be configured")
	}
	return nil
}

// Config is one entry of wechat_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// APISecret is a template, and so is the content of its file.
	APISecret     notify.Secret `yaml:"api_secret,omitempty"`
	APISecretFile string        `yaml:"api_secret_file,omitempty"` // read at every attempt
	CorpID        template.Text `yaml:"corp_id,omitempty"`
	APIURL        notify.URL    `yaml:"api_url,omitempty"` // with a slash at the end
	Message       template.Text `yaml:"message,omitempty"`
	MessageType   string        `yaml:"message_type,omitempty"`
	ToUser        template.Text `yaml:"to_user,omitempty"`
	ToParty       template.Text `yaml:"to_party,omitempty"`
	ToTag         template.Text `yaml:"to_tag,omitempty"`
	AgentID       template.Text `yaml:"agent_id,omitempty"`
}

// Templates returns the secret if it is a template.
func (c Config) Templates() map[string]template.Text {
	if !strings.Contains(string(c.APISecret), "{{") {
		return nil
	}
	return map[string]template.Text{"api_secret": template.Text(c.APISecret)}
}

func globals() Globals { return Globals{APIURL: "https://qyapi.weixin.qq.com/cgi-bin/"} }

func defaults() Config {
	return Config{
		Message:     `{{ template "wechat.default.message" . }}`,
		MessageType: typeText,
		ToUser:      `{{ template "wechat.default.to_user" . }}`,
		ToParty:     `{{ template "wechat.default.to_party" . }}`,
		ToTag:       `{{ template "wechat.default.to_tag" . }}`,
		AgentID:     `{{ template "wechat.default.agent_id" . }}`,
	}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if c.APISecret != "" && c.APISecretFile != "" {
		return errors.New("at most one of api_secret and api_secret_file must be configured")
	}
	switch c.MessageType {
	case "", typeText, typeMarkdown:
		return nil
	}
	return fmt.Errorf("message_type: must be %s or %s", typeText, typeMarkdown)
}

func inherit(c *Config, g Globals, _ *commoncfg.HTTPClientConfig) error {
	if c.MessageType == "" {
		c.MessageType = typeText
	}
	if c.APIURL == "" {
		c.APIURL = g.APIURL
	}
	if c.APISecret == "" && c.APISecretFile == "" {
		c.APISecret, c.APISecretFile = g.APISecret, g.APISecretFile
	}
	if c.CorpID == "" {
		c.CorpID = template.Text(g.CorpID)
	}
	switch {
	case c.APIURL == "":
		return errors.New("api_url must be configured, or wechat_api_url in the global section")
	case c.APISecret == "" && c.APISecretFile == "":
		return errors.New("api_secret or api_secret_file must be configured, or wechat_api_secret or wechat_api_secret_file in the global section")
	case c.CorpID == "":
		return errors.New("corp_id must be configured, or wechat_api_corp_id in the global section")
	}
	c.APIURL = c.APIURL.WithSlash()
	return nil
}
