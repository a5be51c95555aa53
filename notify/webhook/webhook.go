// Package webhook posts notifications as JSON to any URL. The format is that of
// version 4 of Alertmanager's webhook.
package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	texttemplate "text/template"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Kind is the integration "webhook".
func Kind() notify.Kind {
	var defaults Config
	defaults.SendResolved = true
	return notify.NewKind("webhook", defaults, open)
}

// Config is one entry of webhook_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// URL is a template; it may hold a token and is never shown.
	URL     notify.Secret `yaml:"url,omitempty"`
	URLFile string        `yaml:"url_file"` // read at every attempt
	// MaxAlerts is how many alerts one message has at most; 0: all.
	MaxAlerts uint64 `yaml:"max_alerts"`
	// MaxBytes is how large one message is at most; 0: there is no limit. Instead
	// of a larger one a notify.Reference is sent.
	MaxBytes uint64 `yaml:"max_bytes,omitempty"`
	// Payload, if set, takes the place of the whole message. The strings in it
	// are templates.
	Payload any `yaml:"payload,omitempty"`
}

// Templates returns the URL if it is a template.
func (c Config) Templates() map[string]template.Text {
	if !strings.Contains(string(c.URL), "{{") {
		return nil
	}
	return map[string]template.Text{"url": template.Text(c.URL)}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if err := notify.OneOf("url", string(c.URL), c.URLFile); err != nil {
		return err
	}
	return checkURL(string(c.URL))
}

// checkURL does not repeat the URL in its errors. A template can be checked
// only for its form; the URL that it gives is known when there are alerts.
func checkURL(text string) error {
	if text == "" || text == "<secret>" {
		return nil
	}
	if strings.Contains(text, "{{") {
		if _, err := texttemplate.New("url").Parse(text); err != nil {
			return errors.New("url: the template does not parse")
		}
		return nil
	}
	if _, err := notify.ParseURL(text); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	return nil
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTPOfAlerts(d, "webhook", c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		target, err := n.RenderURL(c.URL, c.URLFile)
		if err != nil {
			return nil, err
		}
		return c.request(d, n, target)
	})
}

func (c Config) request(d notify.Deps, n *notify.Notification, target string) (*http.Request, error) {
	req, err := c.post(n, target)
	if err != nil || c.MaxBytes == 0 || uint64(req.ContentLength) <= c.MaxBytes {
		return req, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	return notify.PostJSON(target, json.RawMessage(d.Fit("webhook", n, body, c.MaxBytes)))
}

// post sends the configured payload, or the message if there is none or if its
// templates fail.
func (c Config) post(n *notify.Notification, target string) (*http.Request, error) {
	if c.Payload != nil {
		first, _ := n.First(c.MaxAlerts)
		payload, err := first.Structure(c.Payload)
		if err == nil {
			return notify.PostJSON(target, payload)
		}
		n.Broken(fmt.Errorf("payload: %w", err))
	}
	return n.Post(target, c.MaxAlerts)
}
