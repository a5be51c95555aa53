package victorops

import (
	"cmp"
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of victorops_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// There is one of key and file after inheritance. The file is read at every
	// attempt.
	APIKey     notify.Secret `yaml:"api_key,omitempty"`
	APIKeyFile string        `yaml:"api_key_file,omitempty"`
	APIURL     notify.URL    `yaml:"api_url,omitempty"` // ends with a slash

	RoutingKey        template.Text            `yaml:"routing_key"`
	MessageType       template.Text            `yaml:"message_type"`
	StateMessage      template.Text            `yaml:"state_message"`
	EntityDisplayName template.Text            `yaml:"entity_display_name"`
	MonitoringTool    template.Text            `yaml:"monitoring_tool"`
	CustomFields      map[string]template.Text `yaml:"custom_fields,omitempty"`
}

// Global is what the global section says about VictorOps.
type Global struct {
	APIURL     notify.URL    `yaml:"victorops_api_url,omitempty"`
	APIKey     notify.Secret `yaml:"victorops_api_key,omitempty"`
	APIKeyFile string        `yaml:"victorops_api_key_file,omitempty"`
}

func defaults() Config {
	var c Config
	c.SendResolved = true
	c.MessageType = critical
	c.StateMessage = `{{ template "victorops.default.state_message" . }}`
	c.EntityDisplayName = `{{ template "victorops.default.entity_display_name" . }}`
	c.MonitoringTool = `{{ template "victorops.default.monitoring_tool" . }}`
	return c
}

// reserved are the names of fields that have a key of their own or a meaning for
// VictorOps.
func reserved() []string {
	return []string{
		"routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool",
		"entity_id", "entity_state",
	}
}

// Check returns what is wrong with the global settings.
func (g Global) Check() error {
	if g.APIKey != "" && g.APIKeyFile != "" {
		return errors.New("at most one of victorops_api_key and victorops_api_key_file must be configured")
	}
	return nil
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch {
	case c.RoutingKey == "":
		return errors.New("routing_key: missing")
	case c.APIKey != "" && c.APIKeyFile != "":
		return errors.New("at most one of api_key and api_key_file must be configured")
	}
	for _, field := range reserved() {
		if _, taken := c.CustomFields[field]; taken {
			return fmt.Errorf("custom_fields: the name %s is reserved", field)
		}
	}
	return nil
}

// inherit takes from the global section what an entry does not say. As in
// Alertmanager, a key from there goes before a file that is named here; a file
// that is of no use is not shown.
func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	if c.APIURL = cmp.Or(c.APIURL, g.APIURL); c.APIURL == "" {
		return errors.New("api_url: missing; set it here or as victorops_api_url in the global section")
	}
	c.APIURL = c.APIURL.WithSlash()
	c.APIKey = cmp.Or(c.APIKey, g.APIKey)
	c.APIKeyFile = cmp.Or(c.APIKeyFile, g.APIKeyFile)
	switch {
	case c.APIKey != "":
		c.APIKeyFile = ""
	case c.APIKeyFile == "":
		return errors.New("api_key: missing; set api_key or api_key_file here, or victorops_api_key or victorops_api_key_file in the global section")
	}
	return nil
}
