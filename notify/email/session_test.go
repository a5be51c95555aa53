package email

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// everything is an entry whose sessions have all steps.
const everything = "{to: a@example.com, smarthost: 'localhost:25', require_tls: true, tls_config: {insecure_skip_verify: true}, " +
	"auth_username: ops, auth_password: pass-w0rd}"

func openAt(t *testing.T, entry string, d notify.Deps) notify.Sender {
	t.Helper()
	c, err := decode(entry, basic)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := c.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// steps are what the client waits for, in the order of a session.
var steps = []string{"connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "content", "message"}

func TestDropped(t *testing.T) {
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			s := newServer(t, conduct{offers: []string{"STARTTLS", "AUTH PLAIN"}, drops: step})
			sender := openAt(t, everything, notify.Deps{Dial: to(s.listen(t))})
			err := sender.Send(t.Context(), receivertest.Notification(t, "huge"))
			if err == nil || permanent(err) {
				t.Errorf("error %v, want one that is tried again", err)
			}
			if n := len(s.wait()); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

// TestSilent has servers that do not answer: the deadline ends the attempt, and
// the connection is closed, or the bubble would not end.
func TestSilent(t *testing.T) {
	for _, step := range steps {
		for _, implicit := range []bool{false, true} {
			if implicit && step == "STARTTLS" {
				continue
			}
			t.Run(fmt.Sprintf("%s, implicit TLS %v", step, implicit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { silent(t, step, implicit) })
			})
		}
	}
}

func silent(t *testing.T, step string, implicit bool) {
	s := newServer(t, conduct{offers: []string{"STARTTLS", "AUTH PLAIN"}, hangs: step, implicit: implicit})
	entry := strings.Replace(everything, "{", fmt.Sprintf("{force_implicit_tls: %v, ", implicit), 1)
	sender := openAt(t, entry, notify.Deps{Dial: s.pipe})
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	start := time.Now()
	err := sender.Send(ctx, receivertest.Notification(t, "firing"))
	if !errors.Is(err, context.DeadlineExceeded) || permanent(err) {
		t.Errorf("error %v, want that the deadline is exceeded", err)
	}
	if took := time.Since(start); took != 90*time.Second {
		t.Errorf("it took %s, want the 90s that it had", took)
	}
	s.wait()
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, conduct{hangs: "MAIL"})
		sender := openAt(t, "to: a@b", notify.Deps{Dial: s.pipe})
		ctx, cancel := context.WithCancel(t.Context())
		sent := make(chan error)
		go func() { sent <- sender.Send(ctx, receivertest.Notification(t, "firing")) }()
		synctest.Wait()
		start := time.Now()
		cancel()
		if err := <-sent; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that it was cancelled", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it returned after %s", took)
		}
		s.wait()
	})
}

// TestMuteBeforeTLS has a server that waits for the client to speak first, as
// one does whose TLS is forced on the wrong port.
func TestMuteBeforeTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine, other := net.Pipe()
		defer other.Close()
		dial := func(context.Context, string, string) (net.Conn, error) { return mine, nil }
		sender := openAt(t, "{to: a@b, smarthost: 'h:465'}", notify.Deps{Dial: dial})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := sender.Send(ctx, receivertest.Notification(t, "firing")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want that the deadline is exceeded", err)
		}
		if _, err := other.Write([]byte("x")); err == nil {
			t.Error("the connection is still open")
		}
	})
}

// TestNoGoodbye checks that a letter that was accepted is not sent again because
// the server does not say goodbye, and that nobody waits long for it.
func TestNoGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []conduct{{hangs: "QUIT"}, {drops: "QUIT"}, {answers: map[string]string{"QUIT": "421 why?"}}} {
			s := newServer(t, c)
			sender := openAt(t, "to: a@b", notify.Deps{Dial: s.pipe})
			start := time.Now()
			if err := sender.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
			if took := time.Since(start); took > goodbye {
				t.Errorf("%+v: it waited %s", c, took)
			}
			s.wait()
		}
	})
}

func TestTalkative(t *testing.T) {
	long := strings.Repeat("語\xff", 1000)
	s := newServer(t, conduct{answers: map[string]string{"MAIL": "550 " + long}})
	sender := openAt(t, "to: a@b", notify.Deps{Dial: to(s.listen(t))})
	err := sender.Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || len(err.Error()) > maxSaid+100 || strings.Contains(err.Error(), "\xff") {
		t.Errorf("error %q, want a short one in UTF-8", err)
	}

	endless := strings.Repeat("250-"+strings.Repeat("x", 1000)+"\n", 2000)
	s = newServer(t, conduct{answers: map[string]string{"EHLO": endless + "250 x", "HELO": endless + "250 x"}})
	sender = openAt(t, "to: a@b", notify.Deps{Dial: to(s.listen(t))})
	if err := sender.Send(t.Context(), receivertest.Notification(t, "firing")); !errors.Is(err, errTalkative) {
		t.Errorf("error %v, want %v", err, errTalkative)
	}
}

// TestRefused dials itself.
func TestRefused(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	sender := openAt(t, "{to: a@b, smarthost: '"+l.Addr().String()+"'}", notify.Deps{})
	if err := sender.Send(t.Context(), receivertest.Notification(t, "firing")); err == nil || permanent(err) {
		t.Errorf("error %v, want one that is tried again", err)
	}
}

func TestDialled(t *testing.T) {
	s := newServer(t, conduct{})
	sender := openAt(t, "{to: a@b, smarthost: '"+s.listen(t)+"'}", notify.Deps{})
	if err := sender.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
		t.Error(err)
	}
	if got := s.wait(); len(got) != 1 || got[0].message == "" {
		t.Errorf("%d sessions, want one with a message", len(got))
	}
}

// TestSecretsInErrors has a server that repeats what it was told.
func TestSecretsInErrors(t *testing.T) {
	plain := base64.StdEncoding.EncodeToString([]byte("\x00ops\x00pass-w0rd"))
	alone := base64.StdEncoding.EncodeToString([]byte("pass-w0rd"))
	for offer, parts := range map[string][]string{"AUTH PLAIN": {plain, alone, password}, "AUTH LOGIN": {alone, password}} {
		s := newServer(t, conduct{offers: []string{offer}, answers: map[string]string{
			"authenticated": "535 no: " + strings.Join(parts, " "),
		}})
		sender := openAt(t, "{to: a@b, smarthost: 'localhost:25', auth_username: ops, auth_password: pass-w0rd}", notify.Deps{Dial: to(s.listen(t))})
		err := sender.Send(t.Context(), receivertest.Notification(t, "firing"))
		if err == nil || !strings.Contains(err.Error(), "535 no: <secret>") {
			t.Fatalf("%s: error %v, want what the server said", offer, err)
		}
		for _, part := range parts {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is in the error %q", offer, part, err)
			}
		}
		s.wait()
	}
}

func TestUnencryptedPassword(t *testing.T) {
	s := newServer(t, conduct{offers: []string{"AUTH PLAIN"}})
	sender := openAt(t, "{to: a@b, auth_username: ops, auth_password: pass-w0rd}", notify.Deps{Dial: to(s.listen(t))})
	err := sender.Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || permanent(err) || !strings.Contains(err.Error(), "unencrypted connection") {
		t.Errorf("error %v, want one about encryption that is tried again", err)
	}
	if log := s.wait()[0].log.String(); strings.Contains(log, "AUTH PLAIN ") {
		t.Errorf("the password was sent:\n%s", log)
	}
}
