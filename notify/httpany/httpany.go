// Package httpany sends notifications to any service that takes HTTP requests:
// the configuration says what a request looks like, which answers are a success
// and what of them the next request needs.
package httpany

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const integration = "http"

// Kind is the integration "http".
func Kind() notify.Kind {
	var defaults Config
	defaults.SendResolved = true
	return notify.NewKind(integration, defaults, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, integration, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	if len(c.Success.Status) > 0 {
		client = client.Accepting(c.Success.Status.has)
	}
	return sender{Config: c, deps: d, client: client, now: time.Now}, nil
}

type sender struct {
	Config
	deps   notify.Deps
	client *notify.Client
	now    func() time.Time
}

// Send sends the request of the entry, or that of update if an earlier
// notification of the episode got through. If there is nothing any more that
// could be updated, it begins anew.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	if s.follows(n) {
		answer, err := s.call(ctx, withKept(n), s.Update.over(s.Request))
		if !s.Update.isGone(err) {
			s.keep(n, answer)
			return err
		}
		clear(n.State)
	}
	answer, err := s.call(ctx, withKept(n), s.Request)
	s.keep(n, answer)
	return err
}

// follows reports whether what is to be told continues what was told, and what
// was kept of that is there.
func (s sender) follows(n *notify.Notification) bool {
	if s.Update == nil || n.Reason == notify.ReasonFirst {
		return false
	}
	for name := range s.Keep {
		if _, kept := n.State[name]; !kept {
			return false
		}
	}
	return true
}

// withKept is the notification with data in which templates find what was kept.
func withKept(n *notify.Notification) *notify.Notification {
	own, data := *n, *n.Data
	data.Kept = maps.Clone(n.State)
	own.Data = &data
	return &own
}

// call sends one request. The answer is nil unless it is a success.
func (s sender) call(ctx context.Context, n *notify.Notification, r Request) (*notify.Answer, error) {
	req, secrets, err := s.request(n, r)
	if failed := n.Err(); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer == nil {
		return nil, notify.Hide(s.retried(err), secrets...)
	}
	if err := s.Success.JSON.judge(req, answer, err); err != nil {
		return nil, notify.Hide(err, secrets...)
	}
	return answer, nil
}

// retried lets the statuses of the key retry be tried again.
func (s sender) retried(err error) error {
	if status, ok := errors.AsType[*notify.StatusError](err); ok && s.Retry.has(status.Code) {
		return status
	}
	return err
}
