package aliyunsms

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of aliyun_sms_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`

	// Who signs the requests. The files are read at every attempt.
	AccessKeyID         notify.Secret `yaml:"access_key_id,omitempty"`
	AccessKeyIDFile     string        `yaml:"access_key_id_file,omitempty"`
	AccessKeySecret     notify.Secret `yaml:"access_key_secret,omitempty"`
	AccessKeySecretFile string        `yaml:"access_key_secret_file,omitempty"`

	APIURL notify.URL `yaml:"api_url"`

	SignName       template.Text            `yaml:"sign_name"`
	TemplateCode   template.Text            `yaml:"template_code"`
	TemplateParams map[string]template.Text `yaml:"template_params,omitempty"`
	// MaxParamLength is in characters; 0: no limit.
	MaxParamLength int `yaml:"max_param_length"`

	To []template.Text `yaml:"to"` // phone numbers
}

func defaults() Config {
	c := Config{APIURL: "https://dysmsapi.aliyuncs.com", MaxParamLength: 35}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	return cmp.Or(
		notify.OneOf("access_key_id", string(c.AccessKeyID), c.AccessKeyIDFile),
		notify.OneOf("access_key_secret", string(c.AccessKeySecret), c.AccessKeySecretFile),
		c.checkMessage(),
	)
}

func (c Config) checkMessage() error {
	switch {
	case c.SignName == "":
		return errors.New("sign_name must be configured")
	case c.TemplateCode == "":
		return errors.New("template_code must be configured")
	case len(c.To) == 0:
		return errors.New("to: a phone number must be configured")
	case c.APIURL == "":
		return errors.New("api_url must not be empty")
	case c.MaxParamLength < 0:
		return fmt.Errorf("max_param_length: %d is negative", c.MaxParamLength)
	case c.Authorizes():
		return errors.New("http_config must not authorize: the requests are signed with access_key_secret")
	}
	return nil
}

// credentials reads who signs.
func (c Config) credentials() (credentials, error) {
	id, err := notify.FromFile(string(c.AccessKeyID), c.AccessKeyIDFile)
	if err != nil {
		return credentials{}, fmt.Errorf("access_key_id_file: %w", err)
	}
	secret, err := notify.FromFile(string(c.AccessKeySecret), c.AccessKeySecretFile)
	if err != nil {
		return credentials{}, fmt.Errorf("access_key_secret_file: %w", err)
	}
	return credentials{id: id, secret: secret}, nil
}
