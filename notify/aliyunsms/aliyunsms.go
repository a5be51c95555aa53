// Package aliyunsms sends notifications as text messages with the SMS service of
// Alibaba Cloud (https://help.aliyun.com/document_detail/55284.html).
package aliyunsms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "aliyun_sms"

// Kind is the integration "aliyun_sms".
func Kind() notify.Kind { return kind(time.Now, rand.Text) }

// kind signs with the time of a clock, since a signature holds for minutes and
// attempts may go on for longer, and with a text that is never the same.
func kind(now func() time.Time, nonce func() string) notify.Kind {
	return notify.NewKind(name, defaults(), func(c Config, d notify.Deps) (notify.Sender, error) {
		client, err := notify.NewClient(d, name, c.HTTPCommon)
		if err != nil {
			return nil, err
		}
		s := sender{config: c, deps: d, client: client, recipients: notify.NewRecipients(d, name), now: now, nonce: nonce}
		return s, nil
	})
}

type sender struct {
	config     Config
	deps       notify.Deps
	client     *notify.Client
	recipients *notify.Recipients
	now        func() time.Time
	nonce      func() string
}

// Send sends the message to each number that does not have it yet. A request
// could have many numbers, but its answer would be one for all. Files that cannot
// be read are no reason to give up, since they may be there a moment later.
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
		req, err := s.request(with, to, m)
		if err != nil {
			return backoff.Permanent(err)
		}
		return notify.Hide(s.ask(ctx, req), with.id, with.secret)
	})
}

// request has all in the query, as the service expects.
func (s sender) request(with credentials, to string, m url.Values) (*http.Request, error) {
	u, err := notify.ParseURL(string(s.config.APIURL))
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	query := u.Query()
	maps.Copy(query, m)
	query.Set("PhoneNumbers", to)
	// The signature wants a space to be escaped.
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	if u.Path == "" {
		u.Path = "/"
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("api_url: not a URL")
	}
	with.sign(req, call{Action: "SendSms", Version: "2017-05-25", Nonce: s.nonce(), At: s.now()})
	return req, nil
}
