// Package slack posts notifications to Slack, through an incoming webhook or
// as an app, and keeps one message up to date if that is what is wanted.
package slack

import (
	"context"
	"net/http"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "slack"

// Kind is the integration "slack".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), Global{AppURL: postMessage}, inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
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

// Where the message of an episode is, in the state of its group.
const (
	stateTS      = "ts"
	stateChannel = "channel"
)

// Send posts a message, or changes the one that was posted before.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	m := s.message(n)
	if err := n.Err(); err != nil {
		return err
	}
	if !s.config.UpdateMessage {
		_, err := s.post(ctx, m)
		return err
	}
	r, err := s.tell(ctx, n, m)
	if err == nil && r.TS != "" && r.Channel != "" {
		n.State[stateTS], n.State[stateChannel] = r.TS, r.Channel
	}
	return err
}

// tell changes the message of this episode. Without one, or if it cannot be
// changed any more because somebody has deleted it, tell posts a new one.
func (s sender) tell(ctx context.Context, n *notify.Notification, m message) (reply, error) {
	ts, channel := n.State[stateTS], n.State[stateChannel]
	if ts == "" || channel == "" {
		return s.post(ctx, m)
	}
	changed := m
	changed.TS, changed.Channel = ts, channel
	r, err := s.call(ctx, update, changed)
	if r.isGone() {
		return s.post(ctx, m)
	}
	return r, err
}

func (s sender) post(ctx context.Context, m message) (reply, error) {
	target, err := s.config.target()
	if err != nil {
		return reply{}, backoff.Permanent(err)
	}
	return s.call(ctx, target, m)
}

func (s sender) call(ctx context.Context, target string, m message) (reply, error) {
	req, err := notify.PostJSON(target, m)
	if err != nil {
		return reply{}, backoff.Permanent(err)
	}
	token, err := s.authorize(req)
	if err != nil {
		return reply{}, err
	}
	answer, err := s.client.Do(ctx, req)
	if answer == nil {
		return reply{}, notify.Hide(err, token)
	}
	r, err := read(req, answer, err)
	return r, notify.Hide(err, token)
}

// authorize adds the token of the app, if there is one, and returns it. A file
// that cannot be read may be there at the next attempt.
func (s sender) authorize(req *http.Request) (string, error) {
	if !s.config.hasToken() {
		return "", nil
	}
	token, err := notify.FromFile(string(s.config.AppToken), s.config.AppTokenFile)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return token, nil
}
