package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"time"

	"github.com/cenkalti/backoff/v4"
	commoncfg "github.com/prometheus/common/config"
)

// goodbye is how long a server has to answer the last command.
const goodbye = 5 * time.Second

// deliver hands a letter to the server. All that the server or the network says
// may be tried again: a server that is being set up refuses with final codes.
func (s sender) deliver(ctx context.Context, l letter) error {
	secured, err := s.tls()
	if err != nil {
		return backoff.Permanent(fmt.Errorf("tls_config: %w", err))
	}
	conn, err := s.dial(ctx, "tcp", string(s.Smarthost))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	// net/smtp knows no contexts: what it waits for ends with the deadline.
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()

	err = s.converse(ctx, &bounded{Conn: conn, left: maxHeard}, secured, l)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// tls is made for every attempt, since the files that it names may change.
func (s sender) tls() (*tls.Config, error) {
	settings := s.TLSConfig
	if settings == nil {
		settings = &commoncfg.TLSConfig{}
	}
	c, err := commoncfg.NewTLSConfig(settings)
	if err != nil {
		return nil, err
	}
	c.ServerName = cmp.Or(c.ServerName, s.Smarthost.host())
	return c, nil
}

func (s sender) implicitTLS() bool {
	if s.ForceImplicitTLS != nil {
		return *s.ForceImplicitTLS
	}
	return s.Smarthost.port() == "465"
}

func (s sender) converse(ctx context.Context, conn net.Conn, secured *tls.Config, l letter) error {
	said := conn
	if s.implicitTLS() {
		overTLS := tls.Client(conn, secured)
		if err := overTLS.HandshakeContext(ctx); err != nil {
			return failed("TLS", err)
		}
		said = overTLS
	}
	client, err := smtp.NewClient(said, s.Smarthost.host())
	if err != nil {
		return failed("greeting", err)
	}
	defer quit(ctx, conn, client)
	if err := client.Hello(cmp.Or(s.Hello, "localhost")); err != nil {
		return failed("EHLO", err)
	}
	if err := s.startTLS(client, secured); err != nil {
		return failed("STARTTLS", err)
	}
	if err := s.authenticate(client); err != nil {
		return err
	}
	return hand(client, l)
}

// quit says goodbye unless time is up. By then the letter has been accepted or
// not, whatever the answer is.
func quit(ctx context.Context, conn net.Conn, client *smtp.Client) {
	_ = conn.SetDeadline(time.Now().Add(goodbye))
	// The order matters: this must not take back the deadline of a context that
	// is done.
	if ctx.Err() == nil {
		_ = client.Quit()
	}
}

func (s sender) startTLS(client *smtp.Client, secured *tls.Config) error {
	if s.implicitTLS() || s.RequireTLS == nil || !*s.RequireTLS {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return errors.New("the server does not offer it; set require_tls to false to send without encryption")
	}
	return client.StartTLS(secured)
}

func hand(client *smtp.Client, l letter) error {
	if err := client.Mail(l.from); err != nil {
		return failed("MAIL FROM <"+l.from+">", err)
	}
	for _, to := range l.to {
		if err := client.Rcpt(to); err != nil {
			return failed("RCPT TO <"+to+">", err)
		}
	}
	w, err := client.Data()
	if err != nil {
		return failed("DATA", err)
	}
	if _, err := w.Write(l.message); err != nil {
		return failed("message", err)
	}
	if err := w.Close(); err != nil {
		return failed("message", err)
	}
	return nil
}
