// Package ntfy publishes notifications to a topic of ntfy
// (https://docs.ntfy.sh/publish/#publish-as-json).
package ntfy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "ntfy"

// Kind is the integration "ntfy".
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

// Send publishes a message. A file that cannot be read is no reason to give up,
// since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	place, err := s.place()
	if err != nil {
		return err
	}
	token, err := notify.FromFile(string(s.Token), s.TokenFile)
	if err != nil {
		return fmt.Errorf("token_file: %w", err)
	}
	req, err := notify.PostJSON(place.server, s.message(n, place.topic))
	if err != nil {
		return backoff.Permanent(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return confirmation().Send(ctx, s.client, req, append(s.secrets(), token, place.secret())...)
}

// confirmation is how ntfy answers: with the message, or with an error.
func confirmation() notify.Confirmation {
	return notify.Confirmation{Field: "id", Refusal: func(a *notify.Answer) (notify.Rejection, bool) {
		fields, _ := a.Fields()
		// What cannot be read leaves its variable as it is.
		var r notify.Rejection
		_ = json.Unmarshal(fields["error"], &r.Text)
		_ = json.Unmarshal(fields["http"], &r.Code)
		return r, r.Text != ""
	}}
}
