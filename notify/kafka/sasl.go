package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/tocsin-alerting/tocsin/notify"
)

// SASL is how to log in.
type SASL struct {
	Mechanism    string        `yaml:"mechanism"`
	Username     string        `yaml:"username"`
	Password     notify.Secret `yaml:"password,omitempty"`
	PasswordFile string        `yaml:"password_file,omitempty"` // read for every connection
}

// shown stands in place of a secret.
const shown = "<secret>"

func (s SASL) check() error {
	if s.Username == "" {
		return errors.New("username must be configured")
	}
	return cmp.Or(
		oneOf("mechanism", s.Mechanism, s.mechanisms()),
		notify.OneOf("password", string(s.Password), s.PasswordFile),
	)
}

func (s SASL) password() (string, error) {
	if s.Password == shown {
		return "", errors.New("password: " + shown + " is shown in place of a password; configure the password itself")
	}
	password, err := notify.FromFile(string(s.Password), s.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	return password, nil
}

// mechanisms are the ways to log in, by name.
func (s SASL) mechanisms() map[string]sasl.Mechanism {
	challenged := func(context.Context) (scram.Auth, error) {
		password, err := s.password()
		return scram.Auth{User: s.Username, Pass: password}, err
	}
	return map[string]sasl.Mechanism{
		"plain": plain.Plain(func(context.Context) (plain.Auth, error) {
			password, err := s.password()
			return plain.Auth{User: s.Username, Pass: password}, err
		}),
		"scram-sha-256": scram.Sha256(challenged),
		"scram-sha-512": scram.Sha512(challenged),
	}
}
