// Package pushover sends notifications to phones with Pushover
// (https://pushover.net/api).
package pushover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const endpoint = "https://api.pushover.net/1/messages.json"

// How many characters the service takes.
const (
	mostTitle    = 250
	mostMessage  = 1024
	mostURL      = 512
	mostURLTitle = 100
)

// Kind is the integration "pushover".
func Kind() notify.Kind {
	return notify.NewKind("pushover", defaults(), func(c Config, d notify.Deps) (notify.Sender, error) {
		return open(c, d, endpoint)
	})
}

func open(c Config, d notify.Deps, endpoint string) (notify.Sender, error) {
	p := poster{Config: c, deps: d, endpoint: endpoint}
	return notify.HTTP(d, "pushover", c.HTTPCommon, p.request)
}

type poster struct {
	Config
	deps     notify.Deps
	endpoint string
}

// request has everything in the query, which the core keeps out of errors.
func (p poster) request(n *notify.Notification) (*http.Request, error) {
	token, err := key(n, "token", p.Token, p.TokenFile)
	if err != nil {
		return nil, err
	}
	user, err := key(n, "user_key", p.UserKey, p.UserKeyFile)
	if err != nil {
		return nil, err
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.endpoint, nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	values := p.parameters(n)
	values.Set("token", token)
	values.Set("user", user)
	req.URL.RawQuery = values.Encode()
	req.Header.Set("Content-Type", "text/plain")
	return req, nil
}

// key is what names the sender or the recipient.
func key(n *notify.Notification, name string, inline notify.Secret, file string) (string, error) {
	text, err := notify.FromFile(string(inline), file)
	if err != nil {
		return "", fmt.Errorf("%s_file: %w", name, err)
	}
	rendered := n.Value(template.Text(text))
	if rendered == "" && n.Err() == nil {
		return "", errors.New(name + ": empty after rendering")
	}
	return rendered, nil
}

// parameters are those that say what is told. Most of them are always there,
// even if they are empty.
func (p poster) parameters(n *notify.Notification) url.Values {
	cut := func(key, text string, most int) string { return p.deps.CutRunes("pushover", n, key, text, most) }
	values := url.Values{
		"title":     {cut("title", n.Text(p.Title), mostTitle)},
		"message":   {message(p.deps.CutBodyRunes("pushover", n, "message", p.text(n), mostMessage))},
		"url":       {cut("url", n.Word(p.URL, ""), mostURL)},
		"url_title": {cut("url_title", n.Word(p.URLTitle, ""), mostURLTitle)},
		"priority":  {n.Word(p.Priority, usualPriority(n))},
		"retry":     {p.Retry.seconds()},
		"expire":    {p.Expire.seconds()},
		"device":    {n.Value(p.Device)},
		"sound":     {n.Word(p.Sound, "")},
	}
	if p.HTML {
		values.Set("html", "1")
	}
	if p.Monospace {
		values.Set("monospace", "1")
	}
	if time.Duration(p.TTL) >= time.Second {
		values.Set("ttl", p.TTL.seconds())
	}
	return values
}

func (p poster) text(n *notify.Notification) string {
	if p.HTML {
		return n.HTML(p.Message)
	}
	return n.Text(p.Message)
}

// message is never empty, since the service refuses such messages.
func message(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "(no details)"
	}
	return text
}

// usualPriority is what the default template gives.
func usualPriority(n *notify.Notification) string {
	if n.Data.Status == "firing" {
		return "2"
	}
	return "0"
}

func (d duration) seconds() string {
	return strconv.FormatInt(int64(time.Duration(d)/time.Second), 10)
}
