// Package email sends notifications by SMTP.
//
// The message is made before anything is sent. One attempt is one connection:
// there is no pool, since servers close idle connections and alerts are rare.
package email

import (
	"context"
	"net"
	"os"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Kind is the integration "email".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals("email", defaults(), defaultGlobal(), inherit, open)
}

// sender holds the settings and what of the world it needs.
type sender struct {
	Config
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	now      func() time.Time
	hostname string // in the ids of messages
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	s := sender{Config: c, dial: d.Dial, now: time.Now}
	if s.dial == nil {
		s.dial = new(net.Dialer).DialContext
	}
	var err error
	if s.hostname, err = os.Hostname(); err != nil || s.hostname == "" {
		s.hostname = "localhost.localdomain"
	}
	return s, nil
}

// Send makes the message and hands it to the server.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	l, err := s.letter(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	return s.deliver(ctx, l)
}
