// Package matrix sends notifications as messages to a room of Matrix
// (https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid).
package matrix

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

const name = "matrix"

// Kind is the integration "matrix".
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

// Send sends a message. A file that cannot be read is no reason to give up,
// since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	token, err := notify.FromFile(string(s.Token), s.TokenFile)
	if err != nil {
		return fmt.Errorf("token_file: %w", err)
	}
	id := s.transaction(n)
	req, err := s.request(n, id)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if err := confirmation().Send(ctx, s.client, req, token); err != nil {
		return err
	}
	n.State[stateTransaction] = id
	return nil
}

func (s sender) request(n *notify.Notification, id string) (*http.Request, error) {
	room := strings.TrimSpace(n.Value(s.RoomID))
	if err := checkRoom(room); err != nil {
		return nil, fmt.Errorf("room_id: %w", err)
	}
	u, err := notify.ParseURL(string(s.URL))
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	u = u.JoinPath("_matrix/client/v3/rooms", url.PathEscape(room), "send/m.room.message", id)
	req, err := notify.PostJSON(u.String(), s.message(n))
	if err != nil {
		return nil, err
	}
	req.Method = http.MethodPut
	return req, nil
}

var errRoom = errors.New("want the id of a room, such as !abc:example.org; aliases and names are not supported")

func checkRoom(room string) error {
	if !strings.HasPrefix(room, "!") {
		return errRoom
	}
	return nil
}
