package notify

import (
	"errors"
	"fmt"
)

// SigningSecret is what signs requests to a webhook, if the owner of the webhook
// wants that. It is embedded, with `yaml:",inline"`, in the settings of kinds
// that can sign.
type SigningSecret struct {
	Secret     Secret `yaml:"secret,omitempty"`
	SecretFile string `yaml:"secret_file,omitempty"` // read at every attempt
}

// Check returns what is wrong with the secret. What is shown in place of a secret
// is accepted, so that a configuration that was shown can be read.
func (s SigningSecret) Check() error {
	if s.Secret != "" && s.SecretFile != "" {
		return errors.New("at most one of secret and secret_file must be configured")
	}
	return nil
}

// Key is the secret itself; empty if nothing is to be signed.
func (s SigningSecret) Key() (string, error) {
	if s.Secret == hidden {
		return "", errors.New("secret: " + hidden + " is shown in place of a secret; configure the secret itself")
	}
	key, err := FromFile(string(s.Secret), s.SecretFile)
	if err != nil {
		return "", fmt.Errorf("secret_file: %w", err)
	}
	return key, nil
}
