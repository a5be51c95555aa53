package pushover

import (
	"errors"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of pushover_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// UserKey and Token, or what is in their files, are templates. The files are
	// read at every attempt.
	UserKey     notify.Secret `yaml:"user_key,omitempty"`
	UserKeyFile string        `yaml:"user_key_file,omitempty"`
	Token       notify.Secret `yaml:"token,omitempty"`
	TokenFile   string        `yaml:"token_file,omitempty"`
	Title       template.Text `yaml:"title,omitempty"`
	Message     template.Text `yaml:"message,omitempty"`
	URL         template.Text `yaml:"url,omitempty"`
	URLTitle    template.Text `yaml:"url_title,omitempty"`
	Device      template.Text `yaml:"device,omitempty"` // empty: all of the user
	Sound       template.Text `yaml:"sound,omitempty"`
	Priority    template.Text `yaml:"priority,omitempty"`
	// Retry is how often a message of the highest priority is repeated on the
	// phone until somebody says that it was seen, Expire for how long.
	Retry  duration `yaml:"retry"`
	Expire duration `yaml:"expire"`
	// TTL is how long the message stays on the phone; 0: for ever.
	TTL duration `yaml:"ttl,omitempty"`
	// HTML says that Message is HTML; it is rendered with escaping.
	HTML      bool `yaml:"html,omitempty"`
	Monospace bool `yaml:"monospace,omitempty"`
}

func defaults() Config {
	c := Config{
		Title:    `{{ template "pushover.default.title" . }}`,
		Message:  `{{ template "pushover.default.message" . }}`,
		URL:      `{{ template "pushover.default.url" . }}`,
		Priority: `{{ if eq .Status "firing" }}2{{ else }}0{{ end }}`,
		Retry:    duration(time.Minute),
		Expire:   duration(time.Hour),
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if err := notify.OneOf("user_key", string(c.UserKey), c.UserKeyFile); err != nil {
		return err
	}
	if err := notify.OneOf("token", string(c.Token), c.TokenFile); err != nil {
		return err
	}
	if c.HTML && c.Monospace {
		return errors.New("at most one of html and monospace can be true")
	}
	return nil
}

// Templates returns the keys that are templates.
func (c Config) Templates() map[string]template.Text {
	texts := make(map[string]template.Text)
	for name, secret := range map[string]notify.Secret{"user_key": c.UserKey, "token": c.Token} {
		if strings.Contains(string(secret), "{{") {
			texts[name] = template.Text(secret)
		}
	}
	return texts
}

// duration is written with its unit. A number alone would be nanoseconds
// elsewhere and seconds in the interface of Pushover, so it is refused.
type duration time.Duration

// UnmarshalYAML reads a duration.
func (d *duration) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("want a duration with its unit, such as 30s or 1h30m")
	}
	*d = duration(parsed)
	return nil
}

// MarshalYAML writes the duration with its units.
func (d duration) MarshalYAML() (any, error) { return time.Duration(d).String(), nil }
