// Package googlechat sends notifications to an incoming webhook of Google Chat
// (https://developers.google.com/workspace/chat/quickstart/webhooks), those of
// one group into one thread.
package googlechat

import (
	"context"
	"fmt"
	"net/url"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "google_chat"

// Kind is the integration "google_chat".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

type sender struct {
	Config
	deps   notify.Deps
	client *notify.Client
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{Config: c, deps: d, client: client}, nil
}

// Send posts a message. A file that cannot be read is no reason to give up,
// since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	if s.URL == shown {
		return backoff.Permanent(errShown)
	}
	text, err := notify.FromFile(string(s.URL), s.URLFile)
	if err != nil {
		return fmt.Errorf("url_file: %w", err)
	}
	u, err := notify.ParseURL(text)
	if err != nil {
		return backoff.Permanent(fmt.Errorf("url: %w", err))
	}
	m := s.message(n)
	if err := n.Err(); err != nil {
		return err
	}
	if s.Threaded {
		reply(u)
	}
	req, err := notify.PostJSON(u.String(), m)
	if err != nil {
		return backoff.Permanent(err)
	}
	return confirmation().Send(ctx, s.client, req)
}

// reply asks for the thread to be used, which is ignored otherwise. What the URL
// says about that itself counts.
func reply(u *url.URL) {
	const option = "messageReplyOption"
	if u.Query().Has(option) {
		return
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += option + "=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
}
