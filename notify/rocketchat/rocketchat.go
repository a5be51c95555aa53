// Package rocketchat posts notifications to a channel of Rocket.Chat, with the
// REST API.
package rocketchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "rocketchat"

// Kind is the integration "rocketchat".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), Global{APIURL: "https://open.rocket.chat/"}, inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	// Files are read again at every attempt, but that one is missing should be
	// known at once.
	if _, err := c.credentials(); err != nil {
		return nil, err
	}
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{config: c, deps: d, client: client}, nil
}

type sender struct {
	config Config
	deps   notify.Deps
	client *notify.Client
}

// Send posts a message.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	m := renderer{Notification: n, deps: s.deps}.message(s.config)
	if err := n.Err(); err != nil {
		return err
	}
	who, err := s.config.credentials()
	if err != nil {
		return backoff.Permanent(err)
	}
	req, err := s.request(who, m)
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		err = read(req, answer, err)
	}
	return notify.Hide(err, who.token, who.id)
}

func (s sender) request(who credentials, m message) (*http.Request, error) {
	base, err := notify.ParseURL(string(s.config.APIURL))
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	req, err := notify.PostJSON(base.JoinPath("api/v1/chat.postMessage").String(), m)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Auth-Token", who.token)
	req.Header.Set("X-User-Id", who.id)
	return req, nil
}

// read says what an answer means whose status is that of a success. broken is
// why it ends early, if it does.
func read(req *http.Request, a *notify.Answer, broken error) error {
	fields, err := a.Fields()
	verdict, said := fields["success"]
	switch _, posted := fields["channel"]; {
	case said, err == nil:
		return judge(req, verdict, fields["error"])
	case posted:
		// The verdict comes last, after the message, which may be longer than
		// what is read. But only a message that was posted has a channel.
		return nil
	case broken != nil:
		return broken
	}
	return notify.Unclear(req, err.Error())
}

func judge(req *http.Request, verdict, why json.RawMessage) error {
	success, reason := false, ""
	if len(verdict) > 0 {
		if err := json.Unmarshal(verdict, &success); err != nil {
			return notify.Unclear(req, err.Error())
		}
	}
	if success {
		return nil
	}
	if json.Unmarshal(why, &reason) != nil {
		reason = string(why)
	}
	return notify.Rejected(req, notify.Rejection{Code: http.StatusBadRequest, Text: reason})
}
