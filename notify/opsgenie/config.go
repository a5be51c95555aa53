package opsgenie

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of opsgenie_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// The key, or what is in the file, is a template. There is one of them after
	// inheritance. The file is read at every attempt.
	APIKey     notify.Secret `yaml:"api_key,omitempty"`
	APIKeyFile string        `yaml:"api_key_file,omitempty"`
	APIURL     notify.URL    `yaml:"api_url,omitempty"` // ends with a slash

	Message     template.Text            `yaml:"message,omitempty"`
	Description template.Text            `yaml:"description,omitempty"`
	Source      template.Text            `yaml:"source,omitempty"`
	Details     map[string]template.Text `yaml:"details,omitempty"`
	Entity      template.Text            `yaml:"entity,omitempty"`
	Responders  []Responder              `yaml:"responders,omitempty"`
	Actions     template.Text            `yaml:"actions,omitempty"` // with commas
	Tags        template.Text            `yaml:"tags,omitempty"`    // with commas
	Note        template.Text            `yaml:"note,omitempty"`
	Priority    template.Text            `yaml:"priority,omitempty"`
	// UpdateAlerts makes message and description follow the group.
	UpdateAlerts bool `yaml:"update_alerts"`
}

// Responder is who is told of an alert: one of id, name and username says who,
// the type what that is.
type Responder struct {
	ID       template.Text `yaml:"id,omitempty"`
	Name     template.Text `yaml:"name,omitempty"`
	Username template.Text `yaml:"username,omitempty"`
	Type     template.Text `yaml:"type,omitempty"`
}

// Global is what the global section says about Opsgenie.
type Global struct {
	APIURL     notify.URL    `yaml:"opsgenie_api_url,omitempty"`
	APIKey     notify.Secret `yaml:"opsgenie_api_key,omitempty"`
	APIKeyFile string        `yaml:"opsgenie_api_key_file,omitempty"`
}

func defaults() Config {
	var c Config
	c.SendResolved = true
	c.Message = `{{ template "opsgenie.default.message" . }}`
	c.Description = `{{ template "opsgenie.default.description" . }}`
	c.Source = `{{ template "opsgenie.default.source" . }}`
	return c
}

// Check returns what is wrong with the global settings.
func (g Global) Check() error {
	if g.APIKey != "" && g.APIKeyFile != "" {
		return errors.New("at most one of opsgenie_api_key and opsgenie_api_key_file must be configured")
	}
	return nil
}

// Templates returns the key if it is a template.
func (c Config) Templates() map[string]template.Text {
	if !strings.Contains(string(c.APIKey), "{{") {
		return nil
	}
	return map[string]template.Text{"api_key": template.Text(c.APIKey)}
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if c.APIKey != "" && c.APIKeyFile != "" {
		return errors.New("at most one of api_key and api_key_file must be configured")
	}
	for i, r := range c.Responders {
		if err := r.check(); err != nil {
			return fmt.Errorf("responders[%d]: %w", i, err)
		}
	}
	return nil
}

func (r Responder) check() error {
	if r.ID == "" && r.Name == "" && r.Username == "" {
		return errors.New("one of id, name and username must be configured")
	}
	if strings.Contains(string(r.Type), "{{") {
		return checkTemplate(r.Type)
	}
	if !slices.Contains(types(), strings.ToLower(string(r.Type))) {
		return fmt.Errorf("type: %q is none of %s, and no template", r.Type, strings.Join(types(), ", "))
	}
	return nil
}

func checkTemplate(text template.Text) error {
	set, err := template.New(nil)
	if err != nil {
		return err
	}
	if err := set.Check(text); err != nil {
		return fmt.Errorf("type: %w", err)
	}
	return nil
}

// inherit takes from the global section what an entry does not say. As in
// Alertmanager, a key from there goes before a file that is named here; a file
// that is of no use is not shown.
func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	if c.APIURL = cmp.Or(c.APIURL, g.APIURL); c.APIURL == "" {
		return errors.New("api_url: missing; set it here or as opsgenie_api_url in the global section")
	}
	c.APIURL = c.APIURL.WithSlash()
	c.APIKey = cmp.Or(c.APIKey, g.APIKey)
	c.APIKeyFile = cmp.Or(c.APIKeyFile, g.APIKeyFile)
	switch {
	case c.APIKey != "":
		c.APIKeyFile = ""
	case c.APIKeyFile == "":
		return errors.New("api_key: missing; set api_key or api_key_file here, or opsgenie_api_key or opsgenie_api_key_file in the global section")
	}
	return nil
}

func (c Config) key(n *notify.Notification) (string, error) {
	text, err := notify.FromFile(string(c.APIKey), c.APIKeyFile)
	if err != nil {
		return "", fmt.Errorf("api_key: %w", err)
	}
	key := strings.TrimSpace(n.Value(template.Text(text)))
	if key == "" {
		return "", errors.New("api_key: empty after rendering")
	}
	return key, nil
}
