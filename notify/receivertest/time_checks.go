package receivertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func timeChecks() []check {
	return []check{
		{name: "cancelled", run: func(l *lab) error { return l.bubble(cancelled) }},
		{name: "slow answer", run: func(l *lab) error { return l.bubble(slowAnswer) }},
		{name: "answer that stops in the middle", run: func(l *lab) error { return l.bubble(stalledAnswer) }},
	}
}

// bubble makes a check where time passes only when all wait.
func (l *lab) bubble(run func(l *lab) error) (err error) {
	synctest.Test(l.t, func(t *testing.T) {
		inner := *l
		inner.t = t
		err = run(&inner)
	})
	return err
}

// opened is a sender for a service in memory.
func (l *lab) opened(handle http.HandlerFunc) (sender, error) {
	s, network := servePipes(l.t, handle)
	l.deps.Dial = network.Dial
	return l.open(l.entry(s.url))
}

// silent answers when it is too late. It does answer in the end: a sender that
// waits for it should fail its test and not block it.
func silent(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(time.Hour):
	}
}

func stalled(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte("{"))
	_ = http.NewResponseController(w).Flush()
	silent(w, r)
}

func cancelled(l *lab) error {
	s, err := l.opened(silent)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(l.t.Context())
	defer cancel()
	sent := make(chan error)
	go func() { sent <- s.Send(ctx, s.fixture.make(l.t, "firing")) }()
	synctest.Wait()
	start := time.Now()
	cancel()
	err = <-sent
	switch took := time.Since(start); {
	case took != 0:
		return fmt.Errorf("it returned %s after it was cancelled: %s", took, said(err))
	case !errors.Is(err, context.Canceled):
		return fmt.Errorf("%s, want context.Canceled", said(err))
	}
	return nil
}

// withDeadline sends with a second of time and says how much of it was used.
func (s sender) withDeadline() (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(s.lab.t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	err = s.Send(ctx, s.fixture.make(s.lab.t, "firing"))
	return time.Since(start), err
}

func slowAnswer(l *lab) error {
	s, err := l.opened(silent)
	if err != nil {
		return err
	}
	took, err := s.withDeadline()
	switch {
	case took != time.Second:
		return fmt.Errorf("it returned after %s, want the 1s it had: %s", took, said(err))
	case !errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s, want context.DeadlineExceeded", said(err))
	case permanent(err):
		return fmt.Errorf("a slow answer is not tried again: %w", err)
	}
	return nil
}

// stalledAnswer leaves open whether the beginning of an answer is a success.
func stalledAnswer(l *lab) error {
	s, err := l.opened(stalled)
	if err != nil {
		return err
	}
	took, err := s.withDeadline()
	switch {
	case took > time.Second:
		return fmt.Errorf("it returned after %s, want at most the 1s it had: %s", took, said(err))
	case err != nil && permanent(err):
		return fmt.Errorf("an answer that stops in the middle is not tried again: %w", err)
	}
	return nil
}

func said(err error) string {
	if err == nil {
		return "no error"
	}
	return "error " + strconv.Quote(err.Error())
}
