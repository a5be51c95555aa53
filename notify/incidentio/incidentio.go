// Package incidentio posts notifications to an HTTP alert source of incident.io.
// The message is that of version 4 of Alertmanager's webhook under another
// version.
package incidentio

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-kit/log/level"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const name = "incidentio"

// maxBody is how many bytes incident.io takes at most.
const maxBody = 512 << 10

// Kind is the integration "incidentio".
func Kind() notify.Kind {
	var defaults Config
	defaults.SendResolved = true
	return notify.NewKind(name, defaults, open)
}

// Config is one entry of incidentio_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.URL `yaml:"url,omitempty"`
	URLFile           string     `yaml:"url_file"` // read at every attempt
	// AlertSourceToken takes the place of whatever authorization the global
	// http_config has.
	AlertSourceToken     notify.Secret `yaml:"alert_source_token,omitempty"`
	AlertSourceTokenFile string        `yaml:"alert_source_token_file,omitempty"` // read at every attempt
	// MaxAlerts is how many alerts one message has at most; 0: all.
	MaxAlerts uint64 `yaml:"max_alerts"`
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if err := notify.OneOf("url", string(c.URL), c.URLFile); err != nil {
		return err
	}
	authorized := c.HTTPConfig != nil && c.HTTPConfig.Authorization != nil
	switch {
	case c.AlertSourceToken != "" && c.AlertSourceTokenFile != "":
		return errors.New("at most one of alert_source_token and alert_source_token_file must be configured")
	case c.hasToken() && authorized:
		return errors.New("alert_source_token: cannot be used together with authorization in http_config; configure one of them")
	case c.HTTPConfig != nil && !c.hasToken() && !authorized:
		return errors.New("alert_source_token or alert_source_token_file must be configured, or authorization in http_config")
	}
	return nil
}

func (c Config) hasToken() bool { return c.AlertSourceToken != "" || c.AlertSourceTokenFile != "" }

func open(c Config, d notify.Deps) (notify.Sender, error) {
	over := c.HTTPCommon
	if c.hasToken() {
		over.HTTPConfig = unauthorized(over.HTTPConfig)
	}
	return notify.HTTP(d, name, over, func(n *notify.Notification) (*http.Request, error) {
		req, err := c.request(n, d)
		if err != nil {
			return nil, err
		}
		return req, c.authorize(req)
	})
}

// unauthorized is an http_config without what would compete with the token.
func unauthorized(h *commoncfg.HTTPClientConfig) *commoncfg.HTTPClientConfig {
	if h == nil {
		return nil
	}
	plain := *h
	plain.BasicAuth, plain.Authorization, plain.OAuth2 = nil, nil, nil
	plain.BearerToken, plain.BearerTokenFile = "", ""
	return &plain
}

func (c Config) authorize(req *http.Request) error {
	if !c.hasToken() {
		return nil
	}
	token, err := notify.FromFile(string(c.AlertSourceToken), c.AlertSourceTokenFile)
	if err != nil {
		return fmt.Errorf("alert_source_token_file: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// message is the body of a request.
type message struct {
	*template.Data
	Version         string `json:"version"`
	GroupKey        string `json:"groupKey"`
	TruncatedAlerts uint64 `json:"truncatedAlerts"`
}

// request is one that fits if that is possible.
func (c Config) request(n *notify.Notification, d notify.Deps) (*http.Request, error) {
	target, err := notify.FromFile(string(c.URL), c.URLFile)
	if err != nil {
		return nil, fmt.Errorf("url_file: %w", err)
	}
	first, cut := n.First(c.MaxAlerts)
	whole := message{Data: first.Data, Version: "1", GroupKey: n.GroupKey, TruncatedAlerts: cut}
	req, err := notify.PostJSON(target, whole)
	if err != nil || req.ContentLength <= maxBody {
		return req, err
	}
	logger := level.Warn(d.LoggerFor(name, n))
	_ = logger.Log("msg", "Message is too long, only the first alert is sent", "bytes", req.ContentLength, "most", maxBody)
	req, err = notify.PostJSON(target, whole.short())
	if err == nil && req.ContentLength > maxBody {
		_ = logger.Log("msg", "Message is too long even with one alert, sent all the same", "bytes", req.ContentLength, "most", maxBody)
	}
	return req, err
}

// short is a message with the first alert only. The rest of it is still about
// all alerts, above all the status.
func (m message) short() message {
	data := *m.Data
	kept := data.Alerts[:min(1, len(data.Alerts))]
	m.TruncatedAlerts += uint64(len(data.Alerts) - len(kept))
	data.Alerts = kept
	m.Data = &data
	return m
}
