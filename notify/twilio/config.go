package twilio

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of twilio_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`

	AccountSID string `yaml:"account_sid"` // whose messages they are

	// Who asks: the account itself, or a key of it. The files are read at every
	// attempt.
	AuthToken        notify.Secret `yaml:"auth_token,omitempty"`
	AuthTokenFile    string        `yaml:"auth_token_file,omitempty"`
	APIKey           string        `yaml:"api_key,omitempty"`
	APIKeySecret     notify.Secret `yaml:"api_key_secret,omitempty"`
	APIKeySecretFile string        `yaml:"api_key_secret_file,omitempty"`

	APIURL notify.URL `yaml:"api_url"`

	// One of the two says who the message is from.
	From                template.Text `yaml:"from,omitempty"`
	MessagingServiceSID template.Text `yaml:"messaging_service_sid,omitempty"`

	To      []template.Text `yaml:"to"` // phone numbers
	Message template.Text   `yaml:"message"`
	// MaxSegments is what a message costs at most; 0: as much as Twilio takes.
	MaxSegments int `yaml:"max_segments"`
}

// defaultMessage is one line: what is wrong, how many, where, and what the alerts
// have in common to say about it.
const defaultMessage = `{{ define "twilio subject" }}{{ with .GroupLabels.Values }}{{ join " " . }}{{ else }}{{ .CommonLabels.alertname }}{{ end }}{{ end }}` +
	`[{{ toUpper .Status }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}] {{ template "twilio subject" . }}` +
	`{{ with .CommonAnnotations.summary }}: {{ . }}{{ end }}`

func defaults() Config {
	c := Config{APIURL: "https://api.twilio.com", Message: defaultMessage, MaxSegments: 10}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch {
	case c.AccountSID == "":
		return errors.New("account_sid must be configured")
	case strings.ContainsFunc(c.AccountSID, odd):
		return errors.New("account_sid: must have only letters and digits")
	}
	return cmp.Or(c.checkAuth(), c.checkMessage())
}

func odd(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func (c Config) checkAuth() error {
	byKey := c.APIKey != "" || c.APIKeySecret != "" || c.APIKeySecretFile != ""
	switch {
	case c.Authorizes():
		return errors.New("http_config must not authorize: configure auth_token or api_key")
	case !byKey:
		return notify.OneOf("auth_token", string(c.AuthToken), c.AuthTokenFile)
	case c.AuthToken != "" || c.AuthTokenFile != "":
		return errors.New("at most one of auth_token and api_key must be configured")
	case c.APIKey == "":
		return errors.New("api_key must be configured with its secret")
	}
	return notify.OneOf("api_key_secret", string(c.APIKeySecret), c.APIKeySecretFile)
}

func (c Config) checkMessage() error {
	switch {
	case c.From == "" && c.MessagingServiceSID == "":
		return errors.New("one of from or messaging_service_sid must be configured")
	case c.From != "" && c.MessagingServiceSID != "":
		return errors.New("at most one of from and messaging_service_sid must be configured")
	case len(c.To) == 0:
		return errors.New("to: a phone number must be configured")
	case c.APIURL == "":
		return errors.New("api_url must not be empty")
	case c.MaxSegments < 0:
		return fmt.Errorf("max_segments: %d is negative", c.MaxSegments)
	}
	return nil
}

// credentials are those of basic authentication.
type credentials struct{ user, password string }

// credentials reads who asks.
func (c Config) credentials() (credentials, error) {
	if c.APIKey == "" {
		token, err := notify.FromFile(string(c.AuthToken), c.AuthTokenFile)
		if err != nil {
			return credentials{}, fmt.Errorf("auth_token_file: %w", err)
		}
		return credentials{user: c.AccountSID, password: token}, nil
	}
	secret, err := notify.FromFile(string(c.APIKeySecret), c.APIKeySecretFile)
	if err != nil {
		return credentials{}, fmt.Errorf("api_key_secret_file: %w", err)
	}
	return credentials{user: c.APIKey, password: secret}, nil
}
