package receivertest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tocsin-alerting/tocsin/notify"
)

func failureChecks() []check {
	return []check{
		{name: "client errors are permanent", run: clientErrors},
		{name: "server errors are retried", run: serverErrors},
		{name: "retry-after", run: retryAfter},
		{name: "redirect without end", run: redirectLoop},
		{name: "refused connection is retried", run: refused},
		{name: "oversized answers", run: oversized},
	}
}

// refusal sends to a service that refuses and returns what Send says.
func (l *lab) refusal(a Answer) (refusal *notify.StatusError, final bool, broken error) {
	s := l.serve(a.handle)
	broken, err := l.try(s.url)
	if broken != nil {
		return nil, false, broken
	}
	if err == nil {
		return nil, false, fmt.Errorf("status %d is taken for a success", a.Status)
	}
	refusal, ok := errors.AsType[*notify.StatusError](err)
	if !ok || refusal.Code != a.Status {
		return nil, false, fmt.Errorf("status %d: error %q is no *notify.StatusError with that code", a.Status, err.Error())
	}
	return refusal, permanent(err), nil
}

func clientErrors(l *lab) error {
	for _, code := range []int{400, 401, 403, 404, 410, 413, 422} {
		if slices.Contains(l.o.Retried, code) {
			continue
		}
		_, final, err := l.refusal(Answer{Status: code, Body: "no"})
		if err != nil {
			return err
		}
		if !final {
			return fmt.Errorf("status %d is tried again", code)
		}
	}
	return nil
}

func serverErrors(l *lab) error {
	for _, code := range append([]int{429, 500, 502, 503, 504}, l.o.Retried...) {
		refusal, final, err := l.refusal(Answer{Status: code, Body: "not now"})
		switch {
		case err != nil:
			return err
		case final:
			return fmt.Errorf("status %d is not tried again", code)
		case refusal.RetryAfter != 0:
			return fmt.Errorf("status %d: to be tried after %s, which the service did not say", code, refusal.RetryAfter)
		}
	}
	return nil
}

func retryAfter(l *lab) error {
	for _, code := range []int{429, 503} {
		refusal, _, err := l.refusal(Answer{Status: code, Header: map[string]string{"Retry-After": "7"}})
		if err != nil {
			return err
		}
		if refusal.RetryAfter != 7*time.Second {
			return fmt.Errorf("status %d: to be tried after %s, want 7s as the service said", code, refusal.RetryAfter)
		}
	}
	return nil
}

func redirectLoop(l *lab) error {
	s := l.serve(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
	})
	broken, err := l.try(s.url)
	if err == nil && broken == nil {
		return errors.New("a redirect without end is taken for a success")
	}
	return broken
}

func refused(l *lab) error {
	s := serveNothing(l.t)
	broken, err := l.try(s)
	switch {
	case broken != nil:
		return broken
	case err == nil:
		return errors.New("a refused connection is taken for a success")
	case permanent(err):
		return fmt.Errorf("a refused connection is not tried again: %w", err)
	}
	return nil
}

// oversized checks that a service cannot fill the memory or the log.
func oversized(l *lab) error {
	const most = 4 << 10
	long := strings.Repeat("語", 1<<20)
	refusal, _, err := l.refusal(Answer{Status: http.StatusInternalServerError, Body: long})
	if err != nil {
		return err
	}
	if text := refusal.Error(); len(text) > most || !utf8.ValidString(text) {
		return fmt.Errorf("the error for a long answer has %d bytes, want at most %d of UTF-8", len(text), most)
	}
	return l.endless()
}

// endless sends to a service that does not stop talking.
func (l *lab) endless() error {
	const enough = 32 << 20
	ended := make(chan int, 1)
	s := l.serve(func(w http.ResponseWriter, _ *http.Request) {
		written, chunk := 0, make([]byte, 64<<10)
		for written < enough {
			n, err := w.Write(chunk)
			if err != nil {
				break
			}
			written += n
		}
		select {
		case ended <- written:
		default:
		}
	})
	// Whether that is a success is for the receiver to know.
	if broken, _ := l.try(s.url); broken != nil {
		return broken
	}
	if err := s.asked(); err != nil {
		return err
	}
	if written := <-ended; written >= enough {
		return fmt.Errorf("%d bytes of an answer were read", written)
	}
	return nil
}
