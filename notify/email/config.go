package email

import (
	"cmp"
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of email_configs. What is empty is taken from Global.
type Config struct {
	notify.Common `yaml:",inline"`
	// To and From are addresses as in a message: names are allowed, and To can
	// be a list.
	To               template.Text `yaml:"to,omitempty"`
	From             template.Text `yaml:"from,omitempty"`
	Hello            string        `yaml:"hello,omitempty"` // how the client names itself
	Smarthost        HostPort      `yaml:"smarthost,omitempty"`
	AuthUsername     string        `yaml:"auth_username,omitempty"` // empty: no authentication
	AuthPassword     notify.Secret `yaml:"auth_password,omitempty"` // for LOGIN and PLAIN
	AuthPasswordFile string        `yaml:"auth_password_file,omitempty"`
	AuthSecret       notify.Secret `yaml:"auth_secret,omitempty"` // for CRAM-MD5
	AuthSecretFile   string        `yaml:"auth_secret_file,omitempty"`
	AuthIdentity     string        `yaml:"auth_identity,omitempty"` // for PLAIN
	// Headers are those of the message besides what tocsin adds itself.
	Headers map[string]template.Text `yaml:"headers,omitempty"`
	HTML    template.Text            `yaml:"html,omitempty"` // empty: no such part
	Text    template.Text            `yaml:"text,omitempty"` // empty: no such part
	// RequireTLS says that STARTTLS must be used, if TLS is not there from the
	// beginning; without it STARTTLS is not used.
	RequireTLS *bool                `yaml:"require_tls,omitempty"`
	TLSConfig  *commoncfg.TLSConfig `yaml:"tls_config,omitempty"`
	// ForceImplicitTLS says whether TLS begins with the connection; nil: on port
	// 465 only.
	ForceImplicitTLS *bool     `yaml:"force_implicit_tls,omitempty"`
	Threading        Threading `yaml:"threading,omitempty"`
}

// Threading makes mail programs show the messages of a group together.
type Threading struct {
	Enabled bool `yaml:"enabled,omitempty"`
	// ThreadByDate is "daily" for a thread per day or "none" for one in all.
	ThreadByDate string `yaml:"thread_by_date,omitempty"`
}

// Global is what the global section says for e-mail.
type Global struct {
	From             template.Text        `yaml:"smtp_from,omitempty"`
	Hello            string               `yaml:"smtp_hello,omitempty"`
	Smarthost        HostPort             `yaml:"smtp_smarthost,omitempty"`
	AuthUsername     string               `yaml:"smtp_auth_username,omitempty"`
	AuthPassword     notify.Secret        `yaml:"smtp_auth_password,omitempty"`
	AuthPasswordFile string               `yaml:"smtp_auth_password_file,omitempty"`
	AuthSecret       notify.Secret        `yaml:"smtp_auth_secret,omitempty"`
	AuthSecretFile   string               `yaml:"smtp_auth_secret_file,omitempty"`
	AuthIdentity     string               `yaml:"smtp_auth_identity,omitempty"`
	RequireTLS       bool                 `yaml:"smtp_require_tls"`
	TLSConfig        *commoncfg.TLSConfig `yaml:"smtp_tls_config,omitempty"`
	ForceImplicitTLS *bool                `yaml:"smtp_force_implicit_tls,omitempty"`
}

func defaults() Config {
	return Config{HTML: `{{ template "email.default.html" . }}`}
}

func defaultGlobal() Global {
	return Global{Hello: "localhost", RequireTLS: true, TLSConfig: &commoncfg.TLSConfig{}}
}

// Check returns what is wrong with the global settings.
func (g Global) Check() error {
	if g.AuthPassword != "" && g.AuthPasswordFile != "" {
		return errors.New("at most one of smtp_auth_password and smtp_auth_password_file must be configured")
	}
	if g.AuthSecret != "" && g.AuthSecretFile != "" {
		return errors.New("at most one of smtp_auth_secret and smtp_auth_secret_file must be configured")
	}
	return nil
}

// Check returns what is wrong with an entry on its own.
func (c Config) Check() error {
	if c.To == "" {
		return errors.New("to: missing, name at least one address")
	}
	headers, err := canonical(c.Headers)
	if err != nil {
		return fmt.Errorf("headers: %w", err)
	}
	if !c.Threading.Enabled {
		return nil
	}
	for _, name := range []string{"References", "In-Reply-To"} {
		if _, given := headers[name]; given {
			return fmt.Errorf("headers: %s is set by threading; leave it out or disable threading", name)
		}
	}
	switch c.Threading.ThreadByDate {
	case "daily", "none":
		return nil
	}
	return fmt.Errorf("threading: thread_by_date must be daily or none, not %q", c.Threading.ThreadByDate)
}

// inherit fills in what an entry lacks.
func inherit(c *Config, g Global, _ *commoncfg.HTTPClientConfig) error {
	c.From = cmp.Or(c.From, g.From)
	c.Hello = cmp.Or(c.Hello, g.Hello)
	c.Smarthost = cmp.Or(c.Smarthost, g.Smarthost)
	c.AuthUsername = cmp.Or(c.AuthUsername, g.AuthUsername)
	c.AuthIdentity = cmp.Or(c.AuthIdentity, g.AuthIdentity)
	if c.AuthPassword == "" && c.AuthPasswordFile == "" {
		c.AuthPassword, c.AuthPasswordFile = g.AuthPassword, g.AuthPasswordFile
	}
	if c.AuthSecret == "" && c.AuthSecretFile == "" {
		c.AuthSecret, c.AuthSecretFile = g.AuthSecret, g.AuthSecretFile
	}
	c.RequireTLS = cmp.Or(c.RequireTLS, &g.RequireTLS)
	c.TLSConfig = cmp.Or(c.TLSConfig, g.TLSConfig)
	c.ForceImplicitTLS = cmp.Or(c.ForceImplicitTLS, g.ForceImplicitTLS)
	switch {
	case c.Smarthost == "":
		return errors.New("smarthost: missing; set it, or smtp_smarthost in the global section")
	case c.From == "":
		return errors.New("from: missing; set it, or smtp_from in the global section")
	}
	c.Headers = c.allHeaders()
	return nil
}

// allHeaders are the headers of an entry that has been checked, and those that
// it has by default.
func (c Config) allHeaders() map[string]template.Text {
	all := map[string]template.Text{
		"Subject": `{{ template "email.default.subject" . }}`,
		"To":      c.To,
		"From":    c.From,
	}
	for name, value := range c.Headers {
		all[canonicalName(name)] = value
	}
	return all
}
