package jira

import (
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of api_type.
const (
	apiAuto       = "auto" // by the host
	apiCloud      = "cloud"
	apiDatacenter = "datacenter"
)

// Globals is what the global section says for this kind.
type Globals struct {
	APIURL notify.URL `yaml:"jira_api_url,omitempty"`
}

// Config is one entry of jira_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	// APIURL is the whole base of the REST API, such as
	// https://jira.example/rest/api/2.
	APIURL      notify.URL      `yaml:"api_url,omitempty"`
	APIType     string          `yaml:"api_type,omitempty"`
	Project     template.Text   `yaml:"project,omitempty"`
	Summary     Text            `yaml:"summary,omitempty"`
	Description Text            `yaml:"description,omitempty"`
	Labels      []template.Text `yaml:"labels,omitempty"`
	Priority    template.Text   `yaml:"priority,omitempty"`
	IssueType   template.Text   `yaml:"issue_type,omitempty"`
	// The transitions are the names that people see in Jira. Without one, the
	// status of an issue is left alone.
	ReopenTransition  string `yaml:"reopen_transition,omitempty"`
	ResolveTransition string `yaml:"resolve_transition,omitempty"`
	// WontFixResolution is a resolution whose issues are never touched again.
	WontFixResolution string `yaml:"wont_fix_resolution,omitempty"`
	// ReopenDuration is how long after its end an issue is opened again rather
	// than another one made. What is less than a minute does not count.
	ReopenDuration yamlx.Duration `yaml:"reopen_duration,omitempty"`
	// Fields take the place of the fields above, or add others. The strings in
	// them are templates.
	Fields map[string]any `yaml:"fields,omitempty"`
}

// Text is a template that may be used only when an issue is made. In the
// configuration it may be a string.
type Text struct {
	Template     template.Text `yaml:"template,omitempty"`
	EnableUpdate bool          `yaml:"enable_update"`
}

// UnmarshalYAML reads a template, or a mapping with the template and
// enable_update. What the mapping does not say stays as it was.
func (t *Text) UnmarshalYAML(unmarshal func(any) error) error {
	if unmarshal(&t.Template) == nil {
		return nil
	}
	type mapping Text
	return unmarshal((*mapping)(t))
}

func defaults() Config {
	c := Config{
		APIType:     apiAuto,
		Summary:     Text{Template: `{{ template "jira.default.summary" . }}`, EnableUpdate: true},
		Description: Text{Template: `{{ template "jira.default.description" . }}`, EnableUpdate: true},
		Priority:    `{{ template "jira.default.priority" . }}`,
	}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch {
	case c.Project == "":
		return errors.New("project must be configured: the key of the project that issues are made in")
	case c.IssueType == "":
		return errors.New("issue_type must be configured: the name of a type of issue such as Bug")
	}
	switch c.APIType {
	case apiAuto, apiCloud, apiDatacenter:
		return nil
	}
	return fmt.Errorf("api_type: must be one of %s, %s and %s", apiAuto, apiCloud, apiDatacenter)
}

func inherit(c *Config, g Globals, _ *commoncfg.HTTPClientConfig) error {
	if c.APIURL == "" {
		c.APIURL = g.APIURL
	}
	if c.APIURL == "" {
		return errors.New("api_url must be configured, or jira_api_url in the global section")
	}
	return nil
}
