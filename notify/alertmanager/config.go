package alertmanager

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Config is one entry of alertmanager_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	URLs              []notify.URL `yaml:"urls"`    // of the replicas of one cluster
	Require           string       `yaml:"require"` // any or all of them must take the alerts
	// Labels are added to alerts that do not have them.
	Labels map[string]string `yaml:"labels,omitempty"`
	// EndsAfter is when an alert that fires ends unless it is told again; 0:
	// twice the repeat interval and a little more.
	EndsAfter time.Duration `yaml:"ends_after,omitempty"`
	// Instance is the name of this place on the way of an alert; empty: the
	// external URL without its scheme.
	Instance string `yaml:"instance,omitempty"`
}

// The values of Config.Require.
const (
	requireAny = "any"
	requireAll = "all"
)

const defaultTimeout = 10 * time.Second

func defaults() Config {
	c := Config{Require: requireAny}
	c.SendResolved, c.Timeout = true, defaultTimeout
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	if len(c.URLs) == 0 {
		return errors.New("urls, the addresses of Alertmanagers, must be configured")
	}
	for i, u := range c.URLs {
		if err := checkURL(u); err != nil {
			return fmt.Errorf("urls[%d]: %w", i, err)
		}
		if slices.Contains(c.URLs[:i], u) {
			return fmt.Errorf("urls[%d]: is there twice", i)
		}
	}
	switch {
	case c.Require != requireAny && c.Require != requireAll:
		return fmt.Errorf("require: %q is not one of any, all", c.Require)
	case c.EndsAfter < 0:
		return fmt.Errorf("ends_after: %s is negative", c.EndsAfter)
	case strings.Contains(c.Instance, separator):
		return errors.New("instance: must not contain a comma")
	}
	return c.checkLabels()
}

func checkURL(text notify.URL) error {
	u, err := url.Parse(string(text))
	switch {
	case err != nil || u.Host == "":
		return errors.New("not a URL")
	case u.User != nil:
		return errors.New("user and password belong into http_config.basic_auth")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("must end with the path before /api/v2/alerts")
	}
	return nil
}

func (c Config) checkLabels() error {
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		value := c.Labels[name]
		switch {
		case name == "":
			return errors.New("labels: a name is empty")
		case value == "":
			return fmt.Errorf("labels: %q has no value", name)
		case !utf8.ValidString(name + value):
			return fmt.Errorf("labels: %q is not UTF-8", name)
		}
	}
	return nil
}
