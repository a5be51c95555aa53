package googlechat

import (
	"cmp"
	"errors"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of google_chat_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// URL is that of the webhook, and the key to it. It is never shown.
	URL     notify.Secret `yaml:"url,omitempty"`
	URLFile string        `yaml:"url_file,omitempty"` // read at every attempt
	Title   template.Text `yaml:"title"`              // in bold
	Text    template.Text `yaml:"text"`
	// Threaded keeps messages with the same key in one thread.
	Threaded  bool          `yaml:"threaded"`
	ThreadKey template.Text `yaml:"thread_key,omitempty"` // empty: one for each group
}

// shown stands in place of a secret.
const shown = "<secret>"

var errShown = errors.New("url: <secret> is shown in place of a URL; configure the URL itself")

func defaults() Config {
	c := Config{
		Title: `{{ template "slack.default.title" . }}`,
		Text: `<{{ template "slack.default.titlelink" . }}|View alerts>` +
			`{{ template "discord.default.message" . }}`,
		Threaded: true,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	problems := []error{notify.OneOf("url", string(c.URL), c.URLFile), notify.CheckSecretURL("url", c.URL)}
	if c.ThreadKey != "" && !c.Threaded {
		problems = append(problems, errors.New("thread_key has no meaning with threaded: false; remove one of them"))
	}
	return cmp.Or(problems...)
}
