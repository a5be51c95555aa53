// Package tencentsms sends notifications as text messages with the SMS service
// of Tencent Cloud (https://cloud.tencent.com/document/api/382/55981).
package tencentsms

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "tencent_sms"

// maxNumbers is how many numbers go into one request. The service takes twice as
// many, but an answer about so many may be longer than what is read of it.
const maxNumbers = 100

// Kind is the integration "tencent_sms".
func Kind() notify.Kind { return kind(time.Now) }

// kind signs with the time of a clock. The time of a notification would not do:
// a signature holds for five minutes, and attempts may go on for longer.
func kind(now func() time.Time) notify.Kind {
	return notify.NewKind(name, defaults(), func(c Config, d notify.Deps) (notify.Sender, error) {
		client, err := notify.NewClient(d, name, c.HTTPCommon)
		if err != nil {
			return nil, err
		}
		return sender{config: c, deps: d, client: client, recipients: notify.NewRecipients(d, name), now: now}, nil
	})
}

type sender struct {
	config     Config
	deps       notify.Deps
	client     *notify.Client
	recipients *notify.Recipients
	now        func() time.Time
}

// Send sends the message to those who do not have it yet. Files that cannot be
// read are no reason to give up, since they may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	with, err := s.config.credentials()
	if err != nil {
		return err
	}
	numbers, m, err := s.message(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	left, failures := s.recipients.Left(n, numbers), make(map[string]error)
	for batch := range batches(left) {
		m.Numbers = batch
		maps.Copy(failures, s.tell(ctx, with, m))
	}
	return s.recipients.Conclude(n, left, failures)
}

// tell sends one request and returns what failed, by number.
func (s sender) tell(ctx context.Context, with credentials, m message) map[string]error {
	failures := make(map[string]error)
	req, err := s.request(with, m)
	if err != nil {
		err = backoff.Permanent(err)
	} else {
		failures, err = s.ask(ctx, req, m.Numbers)
	}
	if err != nil {
		failures = make(map[string]error)
		for _, number := range m.Numbers {
			failures[number] = err
		}
	}
	for _, err := range failures {
		_ = notify.Hide(err, with.id, with.key)
	}
	return failures
}

func (s sender) request(with credentials, m message) (*http.Request, error) {
	req, err := notify.PostJSON(string(s.config.APIURL), m)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	req.Header.Set("X-TC-Action", "SendSms")
	req.Header.Set("X-TC-Version", "2021-01-11")
	req.Header.Set("X-TC-Region", s.config.Region)
	return req, with.sign(req, "sms", s.now())
}

// batches are what can be in one request: not too many, and not both numbers
// within China and others.
func batches(numbers []string) func(yield func([]string) bool) {
	within, abroad := split(numbers)
	return func(yield func([]string) bool) {
		for _, list := range [][]string{within, abroad} {
			for batch := range slices.Chunk(list, maxNumbers) {
				if !yield(batch) {
					return
				}
			}
		}
	}
}
