package receivertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func successChecks() []check {
	return []check{
		{name: "one connection for many sends", run: oneConnection},
		{name: "every fixture", run: everyFixture},
		{name: "many groups at once", run: manyAtOnce},
		{name: "own http_config", run: ownHTTPConfig},
		{name: "global http_config", needs: inheritsHTTP, run: globalHTTPConfig},
	}
}

// asked reports an error if no request came: the test would mean nothing.
func (s *service) asked() error {
	if len(s.seen()) == 0 {
		return errors.New("the service was not asked anything")
	}
	return nil
}

func oneConnection(l *lab) error {
	success := l.o.Success
	s := l.serve(success.handle)
	sender, err := l.open(l.entry(s.url))
	if err != nil {
		return err
	}
	for range 20 {
		if _, err := sender.send("firing"); err != nil {
			return fmt.Errorf("send to a service that is content: %w", err)
		}
	}
	if n := s.connected(); n != 1 {
		return fmt.Errorf("%d connections for 20 notifications, want 1", n)
	}
	for _, r := range s.seen() {
		if got := r.UserAgent(); got != userAgent {
			return fmt.Errorf("user agent %q, want %q", got, userAgent)
		}
	}
	return s.asked()
}

// everyFixture checks that a request is well formed whatever is in the alerts,
// and that a sender leaves alone what it is given.
func everyFixture(l *lab) error {
	s := l.serve(l.o.Success.handle)
	sender, err := l.open(l.entry(s.url))
	if err != nil {
		return err
	}
	for _, name := range Fixtures() {
		n, err := sender.send(name)
		if err != nil {
			return fmt.Errorf("send %s: %w", name, err)
		}
		if err := n.Replaced(); err != nil {
			return fmt.Errorf("a text of %s was replaced: %w", name, err)
		}
		if diff := cmp.Diff(sender.fixture.make(l.t, name).Data, n.Data); diff != "" {
			return fmt.Errorf("the sender changed the data of %s:\n%s", name, diff)
		}
	}
	for _, r := range s.seen() {
		if err := r.wellFormed(); err != nil {
			return fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err)
		}
	}
	return s.asked()
}

func (r request) wellFormed() error {
	switch {
	case r.ContentLength < 0:
		return errors.New("the length of the body is not announced")
	case !utf8.Valid(r.body):
		return errors.New("the body is not UTF-8")
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && !json.Valid(r.body):
		return errors.New("the body is not JSON")
	}
	return nil
}

// manyAtOnce is of use with the race detector.
func manyAtOnce(l *lab) error {
	s := l.serve(l.o.Success.handle)
	sender, err := l.open(l.entry(s.url))
	if err != nil {
		return err
	}
	problems := make([]error, 8)
	var wg sync.WaitGroup
	for i := range problems {
		wg.Go(func() { _, problems[i] = sender.send("mixed") })
	}
	wg.Wait()
	return errors.Join(problems...)
}
