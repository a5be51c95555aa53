package ntfy

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// place is the URL of a topic, taken apart: JSON is published to the server.
type place struct {
	server string
	topic  string
}

var topicForm = regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)

var (
	errTopic = errors.New("the path must end with a topic, which has at most 64 letters, digits, - and _")
	errShown = errors.New("url: <secret> is shown in place of a URL; configure the URL itself")
)

// shown stands in place of a secret.
const shown = "<secret>"

// parsePlace does not repeat the URL in its errors.
func parsePlace(text string) (place, error) {
	u, err := notify.ParseURL(text)
	if err != nil {
		return place{}, err
	}
	end := strings.LastIndexByte(u.Path, '/') + 1
	topic := u.Path[end:]
	if !topicForm.MatchString(topic) {
		return place{}, errTopic
	}
	server := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: u.Path[:end], RawQuery: u.RawQuery}
	return place{server: server.String(), topic: topic}, nil
}

// secret is the topic if it is long enough to be one: a word is found in other
// places, too.
func (p place) secret() string {
	const short = 8
	if len(p.topic) < short {
		return ""
	}
	return p.topic
}

// checkURL accepts what is shown in place of a secret, so that a configuration
// that was shown can be read.
func checkURL(u notify.Secret) error {
	if u == "" || u == shown {
		return nil
	}
	if _, err := parsePlace(string(u)); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	return nil
}

// place is where to publish to.
func (c Config) place() (place, error) {
	if c.URL == shown {
		return place{}, backoff.Permanent(errShown)
	}
	text, err := notify.FromFile(string(c.URL), c.URLFile)
	if err != nil {
		return place{}, fmt.Errorf("url_file: %w", err)
	}
	p, err := parsePlace(text)
	if err != nil {
		return place{}, backoff.Permanent(fmt.Errorf("url: %w", err))
	}
	return p, nil
}
