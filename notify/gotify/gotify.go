// Package gotify pushes notifications as messages of an application of a Gotify
// server (https://gotify.net/docs/pushmsg).
package gotify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "gotify"

// Kind is the integration "gotify".
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

// Send pushes a message. A file that cannot be read is no reason to give up,
// since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	token, err := notify.FromFile(string(s.Token), s.TokenFile)
	if err != nil {
		return fmt.Errorf("token_file: %w", err)
	}
	target, err := s.URL.WithSlash().Below("message")
	if err != nil {
		return backoff.Permanent(fmt.Errorf("url: %w", err))
	}
	req, err := notify.PostJSON(target, s.message(n))
	if err != nil {
		return backoff.Permanent(err)
	}
	req.Header.Set("X-Gotify-Key", token)
	return confirmation().Send(ctx, s.client, req, token)
}

// confirmation is how Gotify answers: with the message, or with an error.
func confirmation() notify.Confirmation {
	return notify.Confirmation{Field: "id", Refusal: func(a *notify.Answer) (notify.Rejection, bool) {
		fields, _ := a.Fields()
		// What cannot be read leaves its variable as it is.
		var r notify.Rejection
		var sort, why string
		_ = json.Unmarshal(fields["error"], &sort)
		_ = json.Unmarshal(fields["errorCode"], &r.Code)
		_ = json.Unmarshal(fields["errorDescription"], &why)
		r.Text = strings.TrimSuffix(sort+": "+why, ": ")
		return r, sort != "" || r.Code != 0
	}}
}
