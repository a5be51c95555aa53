package slack

import (
	"cmp"
	"errors"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Global is what the global section says about Slack.
type Global struct {
	APIURL       notify.Secret `yaml:"slack_api_url,omitempty"`
	APIURLFile   string        `yaml:"slack_api_url_file,omitempty"`
	AppToken     notify.Secret `yaml:"slack_app_token,omitempty"`
	AppTokenFile string        `yaml:"slack_app_token_file,omitempty"`
	AppURL       notify.URL    `yaml:"slack_app_url,omitempty"`
}

// Check returns what is wrong with the section.
func (g Global) Check() error {
	hasURL, hasToken := g.APIURL != "" || g.APIURLFile != "", g.AppToken != "" || g.AppTokenFile != ""
	problems := []error{
		atMostOne("slack_api_url", hasURL, string(g.APIURL), g.APIURLFile),
		atMostOne("slack_app_token", hasToken, string(g.AppToken), g.AppTokenFile),
		notify.CheckSecretURL("slack_api_url", g.APIURL),
	}
	if hasURL && hasToken && !g.sameURL() {
		problems = append(problems, errors.New(
			"at most one of slack_api_url and slack_app_token, or their files, must be configured, unless slack_api_url is slack_app_url"))
	}
	return cmp.Or(problems...)
}

// sameURL reports whether the token goes with the URL: that is how tokens were
// configured before there was a key for them. The URL may be one that was shown.
func (g Global) sameURL() bool {
	return g.APIURLFile == "" && (string(g.APIURL) == string(g.AppURL) || g.APIURL == shown)
}

// shown stands in place of a secret.
const shown = "<secret>"

// inherit fills in what an entry lacks.
func inherit(c *Config, g Global, http *commoncfg.HTTPClientConfig) error {
	if c.AppURL == "" {
		c.AppURL = g.AppURL
	}
	if c.AppURL == "" {
		return errors.New("app_url: must be configured, or slack_app_url in the global section")
	}
	if !c.hasToken() && c.APIURL == "" && !authorizes(c.HTTPConfig) {
		c.AppToken, c.AppTokenFile = g.AppToken, g.AppTokenFile
	}
	if err := checkUpdate(*c); err != nil {
		return err
	}
	c.simplifyActions()
	if c.hasToken() {
		// A global token counts for more than a file of the entry.
		c.APIURLFile = ""
		return checkAuthorization(*c, http)
	}
	if !c.hasURL() {
		c.APIURL, c.APIURLFile = g.APIURL, g.APIURLFile
	}
	if !c.hasURL() {
		return errors.New("one of api_url, api_url_file, app_token or app_token_file must be configured, here or in the global section")
	}
	return nil
}

func checkAuthorization(c Config, http *commoncfg.HTTPClientConfig) error {
	if c.HTTPConfig != nil {
		http = c.HTTPConfig
	}
	if authorizes(http) {
		return errors.New("app_token: at most one of it and the authorization in http_config must be configured")
	}
	return nil
}

// checkUpdate looks at the URL of the entry itself, before that of the global
// section is filled in.
func checkUpdate(c Config) error {
	posts := c.APIURL == postMessage || c.APIURL == shown
	if c.hasToken() {
		posts = c.AppURL == postMessage
	}
	if c.UpdateMessage && !posts {
		return errors.New("update_message: api_url, or app_url if there is an app_token, must be " + postMessage)
	}
	return nil
}

// simplifyActions takes out what does not count.
func (c *Config) simplifyActions() {
	for i := range c.Actions {
		if a := &c.Actions[i]; a.URL != "" {
			a.Name, a.Value, a.Confirm = "", "", nil
		}
	}
}
