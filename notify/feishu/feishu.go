// Package feishu posts notifications to a custom bot of a Feishu or Lark group
// (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot).
package feishu

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "feishu"

// Kind is the integration "feishu".
func Kind() notify.Kind { return kind(time.Now) }

// kind signs with the time of a clock. The time of a notification would not do:
// Feishu takes a signature for an hour, and attempts may go on for longer.
func kind(now func() time.Time) notify.Kind {
	return notify.NewKind(name, defaults(), func(c Config, d notify.Deps) (notify.Sender, error) {
		client, err := notify.NewClient(d, name, c.HTTPCommon)
		if err != nil {
			return nil, err
		}
		return sender{config: c, deps: d, client: client, now: now}, nil
	})
}

type sender struct {
	config Config
	deps   notify.Deps
	client *notify.Client
	now    func() time.Time
}

// Send has the bot write a message.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	secret, err := s.config.Key()
	if err != nil {
		return backoff.Permanent(err)
	}
	req, err := s.request(n, secret)
	if err != nil {
		return backoff.Permanent(err)
	}
	return results().Send(ctx, s.client, req, secret)
}

func (s sender) request(n *notify.Notification, secret string) (*http.Request, error) {
	target, err := s.config.Target()
	if err != nil {
		return nil, err
	}
	var proof signature
	if secret != "" {
		proof = sign(secret, s.now())
	}
	return notify.PostJSON(target, renderer{Notification: n, deps: s.deps}.message(s.config, proof))
}
