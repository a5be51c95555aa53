// Package twilio sends notifications as text messages with Twilio
// (https://www.twilio.com/docs/messaging/api/message-resource).
package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "twilio"

// Kind is the integration "twilio".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{config: c, deps: d, client: client, recipients: notify.NewRecipients(d, name)}, nil
}

type sender struct {
	config     Config
	deps       notify.Deps
	client     *notify.Client
	recipients *notify.Recipients
}

// Send sends the message to each number that does not have it yet. A file that
// cannot be read is no reason to give up, since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	with, err := s.config.credentials()
	if err != nil {
		return err
	}
	numbers, m, err := s.message(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	return s.recipients.Each(n, numbers, func(to string) error {
		m.Set("To", to)
		req, err := s.request(with, m)
		if err != nil {
			return backoff.Permanent(err)
		}
		return notify.Hide(s.ask(ctx, req), with.password)
	})
}

func (s sender) request(with credentials, m url.Values) (*http.Request, error) {
	target, err := s.config.APIURL.WithSlash().Below("2010-04-01/Accounts/" + s.config.AccountSID + "/Messages.json")
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(m.Encode()))
	if err != nil {
		return nil, errors.New("api_url: not a URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(with.user, with.password)
	return req, nil
}
