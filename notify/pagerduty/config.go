package pagerduty

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of pagerduty_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// Keys are templates. A service key is for version 1 of the API and goes
	// before a routing key. Files are read at every attempt.
	RoutingKey     notify.Secret `yaml:"routing_key,omitempty"`
	RoutingKeyFile string        `yaml:"routing_key_file,omitempty"`
	ServiceKey     notify.Secret `yaml:"service_key,omitempty"`
	ServiceKeyFile string        `yaml:"service_key_file,omitempty"`
	URL            notify.URL    `yaml:"url,omitempty"` // of version 2

	Client      template.Text `yaml:"client,omitempty"`
	ClientURL   template.Text `yaml:"client_url,omitempty"`
	Description template.Text `yaml:"description,omitempty"`
	// Details are values of any form. The strings in them are templates.
	Details   map[string]any `yaml:"details,omitempty"`
	Images    []Image        `yaml:"images,omitempty"`
	Links     []Link         `yaml:"links,omitempty"`
	Source    template.Text  `yaml:"source,omitempty"`
	Severity  template.Text  `yaml:"severity,omitempty"`
	Class     template.Text  `yaml:"class,omitempty"`
	Component template.Text  `yaml:"component,omitempty"`
	Group     template.Text  `yaml:"group,omitempty"`
}

// Image is a picture in the incident.
type Image struct {
	Src  template.Text `yaml:"src,omitempty"`
	Alt  template.Text `yaml:"alt,omitempty"`
	Href template.Text `yaml:"href,omitempty"`
}

// Link is a link in the incident.
type Link struct {
	Href template.Text `yaml:"href,omitempty"`
	Text template.Text `yaml:"text,omitempty"`
}

func defaults() Config {
	var c Config
	c.SendResolved = true
	c.Description = `{{ template "pagerduty.default.description" .}}`
	c.Client = `{{ template "pagerduty.default.client" . }}`
	c.ClientURL = `{{ template "pagerduty.default.clientURL" . }}`
	return c
}

// defaultDetails are added to those that are configured.
func defaultDetails() map[string]any {
	return map[string]any{
		"firing":       `{{ .Alerts.Firing | toJson }}`,
		"resolved":     `{{ .Alerts.Resolved | toJson }}`,
		"num_firing":   `{{ .Alerts.Firing | len }}`,
		"num_resolved": `{{ .Alerts.Resolved | len }}`,
	}
}

// Globals is what the global section says about PagerDuty.
type Globals struct {
	URL notify.URL `yaml:"pagerduty_url,omitempty"`
}

func globals() Globals { return Globals{URL: "https://events.pagerduty.com/v2/enqueue"} }

// Templates returns the keys that are templates.
func (c Config) Templates() map[string]template.Text {
	texts := make(map[string]template.Text)
	for key, secret := range map[string]notify.Secret{"routing_key": c.RoutingKey, "service_key": c.ServiceKey} {
		if strings.Contains(string(secret), "{{") {
			texts[key] = template.Text(secret)
		}
	}
	return texts
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch {
	case c.RoutingKey == "" && c.RoutingKeyFile == "" && c.ServiceKey == "" && c.ServiceKeyFile == "":
		return errors.New("one of routing_key, routing_key_file, service_key and service_key_file must be configured")
	case c.RoutingKey != "" && c.RoutingKeyFile != "":
		return errors.New("at most one of routing_key and routing_key_file must be configured")
	case c.ServiceKey != "" && c.ServiceKeyFile != "":
		return errors.New("at most one of service_key and service_key_file must be configured")
	}
	return nil
}

// inherit adds what an entry leaves to its surroundings and to other keys.
func inherit(c *Config, g Globals, _ *commoncfg.HTTPClientConfig) error {
	if c.URL == "" {
		c.URL = g.URL
	}
	if c.URL == "" {
		return errors.New("url: missing; set it here or as pagerduty_url in the global section")
	}
	if c.Source == "" {
		c.Source = c.Client
	}
	details := defaultDetails()
	maps.Copy(details, c.Details)
	c.Details = details
	return nil
}

func (c Config) usesV1() bool { return c.ServiceKey != "" || c.ServiceKeyFile != "" }

// key says which service of PagerDuty an event is for.
func (c Config) key(n *notify.Notification) (string, error) {
	what, inline, file := "routing_key", c.RoutingKey, c.RoutingKeyFile
	if c.usesV1() {
		what, inline, file = "service_key", c.ServiceKey, c.ServiceKeyFile
	}
	text, err := notify.FromFile(string(inline), file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	key := n.Value(template.Text(text))
	if key == "" {
		return "", fmt.Errorf("%s: empty after rendering", what)
	}
	return key, nil
}
