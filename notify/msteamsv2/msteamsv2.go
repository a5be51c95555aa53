// Package msteamsv2 sends notifications to Microsoft Teams by way of a workflow
// of Power Automate, as adaptive cards.
package msteamsv2

import (
	"net/http"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Kind is the integration "msteamsv2".
func Kind() notify.Kind {
	defaults := Config{
		Title: `{{ template "msteamsv2.default.title" . }}`,
		Text:  `{{ template "msteamsv2.default.text" . }}`,
	}
	defaults.SendResolved = true
	return notify.NewKindWithGlobals("msteamsv2", defaults, Global{}, inherit, open)
}

// Global is empty: of the global section only http_config matters.
type Global struct{}

// Config is one entry of msteamsv2_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	notify.Hook       `yaml:",inline"`
	Title             template.Text `yaml:"title"`
	Text              template.Text `yaml:"text"`
}

// inherit takes the global proxy even if the entry has an http_config of its
// own, unless that says where proxies come from.
func inherit(c *Config, _ Global, global *commoncfg.HTTPClientConfig) error {
	own := c.HTTPConfig
	if own != nil && global != nil && own.ProxyURL.URL == nil && !own.ProxyFromEnvironment {
		own.ProxyURL = global.ProxyURL
	}
	return nil
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, "msteamsv2", c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		target, err := c.Target()
		if err != nil {
			return nil, err
		}
		return notify.PostJSON(target, c.message(d, n))
	})
}
