package email

import (
	"encoding/base64"
	"fmt"
	"net/smtp"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// authenticate does so if there is a username and the server offers a way.
func (s sender) authenticate(client *smtp.Client) error {
	offered, names := client.Extension("AUTH")
	if !offered || s.AuthUsername == "" {
		return nil
	}
	c, err := s.credentials(strings.Fields(names))
	if err != nil {
		return err
	}
	if err := client.Auth(c.auth); err != nil {
		return failure{step: "AUTH " + c.mechanism, err: err, conceal: c.conceal()}
	}
	return nil
}

// credentials is a mechanism and what it needs to keep from others.
type credentials struct {
	mechanism string
	auth      smtp.Auth
	secrets   []string
}

// credentials are those for the first mechanism that can be used. Files are
// read at every attempt.
func (s sender) credentials(mechanisms []string) (credentials, error) {
	for _, name := range mechanisms {
		name = strings.ToUpper(name)
		switch {
		case name == "CRAM-MD5" && (s.AuthSecret != "" || s.AuthSecretFile != ""):
			return s.cramMD5()
		case (name == "PLAIN" || name == "LOGIN") && (s.AuthPassword != "" || s.AuthPasswordFile != ""):
			return s.password(name)
		}
	}
	return credentials{}, fmt.Errorf(
		"AUTH: no way to use %q: LOGIN and PLAIN need auth_password, CRAM-MD5 needs auth_secret", strings.Join(mechanisms, " "))
}

func (s sender) cramMD5() (credentials, error) {
	secret, err := notify.FromFile(string(s.AuthSecret), s.AuthSecretFile)
	if err != nil {
		return credentials{}, backoff.Permanent(fmt.Errorf("auth_secret_file: %w", err))
	}
	return credentials{"CRAM-MD5", smtp.CRAMMD5Auth(s.AuthUsername, secret), []string{secret}}, nil
}

func (s sender) password(mechanism string) (credentials, error) {
	password, err := notify.FromFile(string(s.AuthPassword), s.AuthPasswordFile)
	if err != nil {
		return credentials{}, backoff.Permanent(fmt.Errorf("auth_password_file: %w", err))
	}
	if mechanism == "LOGIN" {
		return credentials{mechanism, loginAuth{s.AuthUsername, password}, []string{password}}, nil
	}
	sent := s.AuthIdentity + "\x00" + s.AuthUsername + "\x00" + password
	plain := smtp.PlainAuth(s.AuthIdentity, s.AuthUsername, password, s.Smarthost.host())
	return credentials{mechanism, plain, []string{sent, password}}, nil
}

// conceal hides what a server may repeat in its refusal.
func (c credentials) conceal() *strings.Replacer {
	var pairs []string
	for _, secret := range c.secrets {
		pairs = append(pairs, base64.StdEncoding.EncodeToString([]byte(secret)), "<secret>", secret, "<secret>")
	}
	return strings.NewReplacer(pairs...)
}

// loginAuth is the mechanism LOGIN, which has no RFC: the server asks for the
// username and for the password.
type loginAuth struct{ username, password string }

// Start begins without saying anything.
func (a loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

// Next answers a question.
func (a loginAuth) Next(question []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch strings.ToLower(string(question)) {
	case "username:":
		return []byte(a.username), nil
	case "password:":
		return []byte(a.password), nil
	}
	return nil, fmt.Errorf("unexpected question %q", question)
}
