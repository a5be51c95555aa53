package sns

import (
	"errors"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of sns_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// APIURL takes the place of the address that follows from the region.
	APIURL      template.Text `yaml:"api_url,omitempty"`
	SigV4       SigV4         `yaml:"sigv4"`
	TopicARN    template.Text `yaml:"topic_arn,omitempty"`
	PhoneNumber template.Text `yaml:"phone_number,omitempty"`
	TargetARN   template.Text `yaml:"target_arn,omitempty"`
	Subject     template.Text `yaml:"subject,omitempty"`
	Message     template.Text `yaml:"message,omitempty"`
	// Attributes are sent beside the message. Their names are templates, too.
	Attributes map[string]template.Text `yaml:"attributes,omitempty"`
	// UseAWSHTTPClient sends with the HTTP client of the AWS SDK. Of http_config
	// only TLS and proxy settings have an effect then.
	UseAWSHTTPClient bool `yaml:"use_aws_http_client,omitempty"`
}

// SigV4 says who signs the requests. What is missing is looked for where AWS
// tools usually find it: the environment, the shared configuration, the machine.
type SigV4 struct {
	Region        string        `yaml:"region,omitempty"`
	AccessKey     string        `yaml:"access_key,omitempty"`
	SecretKey     notify.Secret `yaml:"secret_key,omitempty"`
	SecretKeyFile string        `yaml:"secret_key_file,omitempty"` // read at every attempt
	Profile       string        `yaml:"profile,omitempty"`
	RoleARN       string        `yaml:"role_arn,omitempty"`
	ExternalID    string        `yaml:"external_id,omitempty"`
	// The following have no effect.
	UseFIPSSTSEndpoint bool   `yaml:"use_fips_sts_endpoint,omitempty"`
	ServiceName        string `yaml:"service_name,omitempty"`
}

func defaults() Config {
	c := Config{
		Subject: `{{ template "sns.default.subject" . }}`,
		Message: `{{ template "sns.default.message" . }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	targets := 0
	for _, target := range []template.Text{c.TopicARN, c.PhoneNumber, c.TargetARN} {
		if target != "" {
			targets++
		}
	}
	if targets != 1 {
		return errors.New("exactly one of topic_arn, phone_number and target_arn must be configured")
	}
	return c.SigV4.check()
}

func (s SigV4) check() error {
	switch {
	case s.SecretKey != "" && s.SecretKeyFile != "":
		return errors.New("sigv4: at most one of secret_key and secret_key_file must be configured")
	case (s.AccessKey == "") != (s.SecretKey == "" && s.SecretKeyFile == ""):
		return errors.New("sigv4: access_key and secret_key must be configured together")
	case s.ExternalID != "" && s.RoleARN == "":
		return errors.New("sigv4: external_id is of use only with role_arn")
	}
	return nil
}

// Locate makes the path of the file begin at a folder, if it is relative.
func (c *Config) Locate(dir string) {
	c.SigV4.SecretKeyFile = commoncfg.JoinDir(dir, c.SigV4.SecretKeyFile)
}

// Templates returns the names of attributes that are templates.
func (c Config) Templates() map[string]template.Text {
	names := make(map[string]template.Text)
	for name := range c.Attributes {
		if strings.Contains(name, "{{") {
			names["attributes: name "+name] = template.Text(name)
		}
	}
	return names
}
