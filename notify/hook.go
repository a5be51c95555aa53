package notify

import "errors"

// Hook is the address of an incoming webhook: a URL that is also the key to it.
// It is embedded, with `yaml:",inline"`, in the settings of kinds that have one.
type Hook struct {
	WebhookURL     Secret `yaml:"webhook_url,omitempty"`
	WebhookURLFile string `yaml:"webhook_url_file,omitempty"` // read at every attempt
}

// Check returns what is wrong with the address. What is shown in place of a
// secret is accepted, so that a configuration that was shown can be read.
func (h Hook) Check() error {
	if err := OneOf("webhook_url", string(h.WebhookURL), h.WebhookURLFile); err != nil {
		return err
	}
	return CheckSecretURL("webhook_url", h.WebhookURL)
}

// Target is the URL to send to.
func (h Hook) Target() (string, error) {
	if h.WebhookURL == hidden {
		return "", errors.New("webhook_url: " + hidden + " is shown in place of a URL; configure the URL itself")
	}
	return FromFile(string(h.WebhookURL), h.WebhookURLFile)
}
