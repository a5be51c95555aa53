// Package signal sends notifications as messages of Signal, with the service of
// signal-cli-rest-api (https://bbernhard.github.io/signal-cli-rest-api/).
package signal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "signal"

// Kind is the integration "signal".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

type sender struct {
	Config
	deps       notify.Deps
	client     *notify.Client
	recipients *notify.Recipients
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{Config: c, deps: d, client: client, recipients: notify.NewRecipients(d, name)}, nil
}

// message is the body of a request.
type message struct {
	Number     string   `json:"number"`
	Recipients []string `json:"recipients"`
	Message    string   `json:"message"`
	TextMode   string   `json:"text_mode,omitempty"`
}

// maxText is how many bytes of a long text the apps of Signal show.
const maxText = 64 << 10

// Send sends a message to each recipient with a request of its own: the service
// takes neither two groups at once nor a group and a number, and only so it is
// clear who was told.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	m := message{Number: strings.TrimSpace(n.Value(s.Number)), TextMode: s.TextMode}
	all := n.List(s.Recipients)
	switch {
	case n.Err() != nil:
		return n.Err()
	case m.Number == "":
		return backoff.Permanent(errors.New("number: empty after rendering"))
	case len(all) == 0:
		return backoff.Permanent(errors.New("recipients: none after rendering"))
	}
	// Without a text the service would refuse the message.
	m.Message = cmp.Or(s.deps.CutBodyBytes(name, n, "text", strings.TrimSpace(n.Text(s.Text)), maxText), n.Data.Status)
	return s.recipients.Each(n, all, func(to string) error {
		m.Recipients = []string{to}
		req, err := s.request(m)
		if err != nil {
			return backoff.Permanent(err)
		}
		return s.post(ctx, n, req, to)
	})
}

func (s sender) request(m message) (*http.Request, error) {
	target, err := s.URL.WithSlash().Below("v2/send")
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	return notify.PostJSON(target, m)
}
