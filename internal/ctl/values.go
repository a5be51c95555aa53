package ctl

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// own is a value of a flag whose errors name the flag, and which can be set twice.
type own interface {
	Set(text string) error
	own()
}

func (*address) own() {}
func (choice) own()   {}
func (duration) own() {}
func (instant) own()  {}

// address is the value of a flag: where the daemon is.
type address struct {
	flag string   // as people write it; empty: --alertmanager.url
	url  *url.URL // nil: not given
}

// Set reads the address.
func (a *address) Set(text string) error {
	u, err := client.ParseAddress(text)
	if err != nil {
		return fmt.Errorf("%s: %w", cmp.Or(a.flag, "--alertmanager.url"), err)
	}
	a.url = u
	return nil
}

// String is the address without a password.
func (a *address) String() string {
	if a.url == nil {
		return ""
	}
	return a.url.Redacted()
}

// choice is a value that is one of a few words.
type choice struct {
	name  string // of the flag or the argument, as people write it
	to    *string
	words []string
}

// Set takes one of the words.
func (c choice) Set(text string) error {
	if !slices.Contains(c.words, text) {
		return fmt.Errorf("%s: %q is not one of %s", c.name, text, strings.Join(c.words, ", "))
	}
	*c.to = text
	return nil
}

// String is the word.
func (c choice) String() string { return *c.to }

// Words are those that can be chosen, for completion.
func (c choice) Words() []string { return c.words }

// duration is the value of a flag, written as Go or as Prometheus does.
type duration struct {
	flag     string
	to       *time.Duration
	set      *bool // becomes true when the flag is given; may be nil
	positive bool  // it must be more than 0
}

// Set reads the duration.
func (d duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil {
		days, dayErr := model.ParseDuration(text)
		if dayErr != nil {
			return fmt.Errorf("--%s: %q is not a duration such as 90s, 1h30m or 5d", d.flag, text)
		}
		parsed = time.Duration(days)
	}
	switch {
	case parsed < 0:
		return fmt.Errorf("--%s: %s is negative", d.flag, text)
	case parsed == 0 && d.positive:
		return fmt.Errorf("--%s: must be more than 0", d.flag)
	}
	*d.to = parsed
	if d.set != nil {
		*d.set = true
	}
	return nil
}

// String is the duration as Go writes it.
func (d duration) String() string { return d.to.String() }

// instant is the value of a flag: a time in the format of RFC 3339.
type instant struct {
	flag string
	to   *time.Time // zero: not given
}

// Set reads the time.
func (i instant) Set(text string) error {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("--%s: %q is not a time such as 2006-01-02T15:04:05Z or 2006-01-02T15:04:05-07:00", i.flag, text)
	}
	*i.to = parsed
	return nil
}

// String is the time in the same format.
func (i instant) String() string {
	if i.to.IsZero() {
		return ""
	}
	return i.to.Format(time.RFC3339)
}
