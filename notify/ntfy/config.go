package ntfy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of ntfy_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// URL is that of the topic. Who knows a topic can often read it, so it is
	// never shown.
	URL       notify.Secret   `yaml:"url,omitempty"`
	URLFile   string          `yaml:"url_file,omitempty"` // read at every attempt
	Token     notify.Secret   `yaml:"token,omitempty"`
	TokenFile string          `yaml:"token_file,omitempty"` // read at every attempt
	Title     template.Text   `yaml:"title"`
	Message   template.Text   `yaml:"message"`
	Priority  template.Text   `yaml:"priority"`
	Tags      []template.Text `yaml:"tags"`  // those that are empty after rendering are left out
	Click     template.Text   `yaml:"click"` // where a tap on the message leads
	Icon      template.Text   `yaml:"icon,omitempty"`
	Markdown  bool            `yaml:"markdown,omitempty"`
	Actions   []Action        `yaml:"actions,omitempty"`
}

// Action is a button.
type Action struct {
	Action  string                   `yaml:"action"`
	Label   template.Text            `yaml:"label"`
	URL     template.Text            `yaml:"url,omitempty"`
	Clear   bool                     `yaml:"clear,omitempty"` // the message goes away
	Method  string                   `yaml:"method,omitempty"`
	Headers map[string]notify.Secret `yaml:"headers,omitempty"`
	Body    template.Text            `yaml:"body,omitempty"`
	Intent  string                   `yaml:"intent,omitempty"`
	Extras  map[string]template.Text `yaml:"extras,omitempty"`
	Value   template.Text            `yaml:"value,omitempty"`
}

// maxActions is how many buttons a message may have.
const maxActions = 3

func defaults() Config {
	c := Config{
		Title:   `{{ template "slack.default.title" . }}`,
		Message: `{{ template "discord.default.message" . }}`,
		Priority: `{{ $p := "default" }}{{ range .Alerts.Firing }}` +
			`{{ if eq .Labels.severity "critical" }}{{ $p = "max" }}` +
			`{{ else if and (eq .Labels.severity "warning") (ne $p "max") }}{{ $p = "high" }}{{ end }}{{ end }}{{ $p }}`,
		Tags:  []template.Text{`{{ if eq .Status "firing" }}rotating_light{{ else }}white_check_mark{{ end }}`},
		Click: `{{ template "slack.default.titlelink" . }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	problems := []error{notify.OneOf("url", string(c.URL), c.URLFile), checkURL(c.URL)}
	switch {
	case c.Token != "" && c.TokenFile != "":
		problems = append(problems, errors.New("at most one of token and token_file must be configured"))
	case (c.Token != "" || c.TokenFile != "") && c.Authorizes():
		problems = append(problems, errors.New("at most one of token, token_file and an authorization in http_config must be configured"))
	}
	if !strings.Contains(string(c.Priority), "{{") {
		if _, err := priority(string(c.Priority)); err != nil {
			problems = append(problems, fmt.Errorf("priority: %w", err))
		}
	}
	if len(c.Actions) > maxActions {
		problems = append(problems, fmt.Errorf("actions: at most %d can be configured", maxActions))
	}
	for i, a := range c.Actions {
		if err := a.check(); err != nil {
			problems = append(problems, fmt.Errorf("actions[%d]: %w", i, err))
		}
	}
	return cmp.Or(problems...)
}

func (a Action) check() error {
	needs, known := actionNeeds()[a.Action]
	switch {
	case !known:
		return fmt.Errorf("action: %q is not one of %s", a.Action, strings.Join(slices.Sorted(maps.Keys(actionNeeds())), ", "))
	case a.Label == "":
		return errors.New("label must be configured")
	case needs == needsURL && a.URL == "", needs == needsValue && a.Value == "":
		return fmt.Errorf("%s must be configured for action %s", needs, a.Action)
	case slices.Contains([]string{"GET", "HEAD"}, strings.ToUpper(a.Method)) && a.Body != "":
		return fmt.Errorf("body cannot be configured for method %s", a.Method)
	}
	return nil
}

// The keys that a button may need.
const (
	needsURL   = "url"
	needsValue = "value"
)

// actionNeeds is what each sort of button cannot be without.
func actionNeeds() map[string]string {
	return map[string]string{"view": needsURL, "http": needsURL, "broadcast": "", "copy": needsValue}
}

// secrets are what the entry hides besides the place and the token.
func (c Config) secrets() []string {
	var list []string
	for _, a := range c.Actions {
		for _, value := range a.Headers {
			list = append(list, string(value))
		}
	}
	return list
}
