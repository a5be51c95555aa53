package tencentsms

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of tencent_sms_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`

	// Who signs the requests. The files are read at every attempt.
	SecretID      notify.Secret `yaml:"secret_id,omitempty"`
	SecretIDFile  string        `yaml:"secret_id_file,omitempty"`
	SecretKey     notify.Secret `yaml:"secret_key,omitempty"`
	SecretKeyFile string        `yaml:"secret_key_file,omitempty"`

	APIURL notify.URL `yaml:"api_url"`
	Region string     `yaml:"region"`

	// What the service calls SmsSdkAppId, SignName, TemplateId and SenderId.
	SDKAppID   string        `yaml:"sdk_app_id"`
	SignName   template.Text `yaml:"sign_name,omitempty"`
	TemplateID template.Text `yaml:"template_id"`
	SenderID   string        `yaml:"sender_id,omitempty"`

	TemplateParams []template.Text `yaml:"template_params,omitempty"`
	// MaxParamLength is in characters; 0: no limit.
	MaxParamLength int `yaml:"max_param_length"`

	To []template.Text `yaml:"to"` // phone numbers
}

func defaults() Config {
	c := Config{
		APIURL:         "https://sms.tencentcloudapi.com",
		Region:         "ap-guangzhou",
		MaxParamLength: 100,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	return cmp.Or(
		notify.OneOf("secret_id", string(c.SecretID), c.SecretIDFile),
		notify.OneOf("secret_key", string(c.SecretKey), c.SecretKeyFile),
		c.checkMessage(),
	)
}

func (c Config) checkMessage() error {
	switch {
	case c.SDKAppID == "":
		return errors.New("sdk_app_id must be configured")
	case c.TemplateID == "":
		return errors.New("template_id must be configured")
	case len(c.To) == 0:
		return errors.New("to: a phone number must be configured")
	case c.APIURL == "":
		return errors.New("api_url must not be empty")
	case c.Region == "":
		return errors.New("region must not be empty")
	case c.MaxParamLength < 0:
		return fmt.Errorf("max_param_length: %d is negative", c.MaxParamLength)
	case c.Authorizes():
		return errors.New("http_config must not authorize: the requests are signed with secret_key")
	}
	return nil
}

// credentials reads who signs.
func (c Config) credentials() (credentials, error) {
	id, err := notify.FromFile(string(c.SecretID), c.SecretIDFile)
	if err != nil {
		return credentials{}, fmt.Errorf("secret_id_file: %w", err)
	}
	key, err := notify.FromFile(string(c.SecretKey), c.SecretKeyFile)
	if err != nil {
		return credentials{}, fmt.Errorf("secret_key_file: %w", err)
	}
	return credentials{id: id, key: key}, nil
}
