// Package webex sends notifications as messages in rooms of Webex
// (https://developer.webex.com/docs/api/v1/messages/create-a-message).
package webex

import (
	"errors"
	"net/http"

	"github.com/go-kit/log/level"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// maxMessage is the number of bytes of a message that Webex takes.
const maxMessage = 7439

// Kind is the integration "webex".
func Kind() notify.Kind {
	defaults := Config{Message: `{{ template "webex.default.message" . }}`}
	defaults.SendResolved = true
	globals := Global{APIURL: "https://webexapis.com/v1/messages"}
	return notify.NewKindWithGlobals("webex", defaults, globals, inherit, open)
}

// Config is one entry of webex_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"` // has the token of the bot
	APIURL            notify.URL       `yaml:"api_url,omitempty"`
	Message           template.Text    `yaml:"message"`
	RoomID            template.Text    `yaml:"room_id"`
}

// Global is what the global section may say.
type Global struct {
	APIURL notify.URL `yaml:"webex_api_url,omitempty"`
}

// Check returns what is wrong with an entry. The global http_config does not
// count: its token is for somebody else.
func (c Config) Check() error {
	switch {
	case c.RoomID == "":
		return errors.New("room_id must be configured")
	case c.HTTPConfig == nil || c.HTTPConfig.Authorization == nil:
		return errors.New("http_config.authorization, with the token of the bot, must be configured in the entry itself")
	}
	return nil
}

func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	if c.APIURL == "" {
		c.APIURL = g.APIURL
	}
	if c.APIURL == "" {
		return errors.New("api_url, or webex_api_url in the global section, must be configured")
	}
	return nil
}

// message is the body of a request.
type message struct {
	Markdown string `json:"markdown"`
	RoomID   string `json:"roomId,omitempty"`
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, "webex", c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		return notify.PostJSON(string(c.APIURL), c.message(d, n))
	})
}

func (c Config) message(d notify.Deps, n *notify.Notification) message {
	text, cut := notify.TruncateBytesTo(n.Text(c.Message), maxMessage, n.Ending())
	if cut {
		_ = level.Debug(d.LoggerFor("webex", n)).Log("msg", "Cut a text that is too long", "key", "message", "bytes", maxMessage)
	}
	return message{Markdown: text, RoomID: n.Value(c.RoomID)}
}
