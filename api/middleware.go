package api

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// limitGets serves at most n GET requests at once and turns more away, so that
// expensive questions cannot keep the daemon from its work.
func limitGets(next http.Handler, n int, m *metrics) http.Handler {
	slots := make(chan struct{}, n)
	refusal := fmt.Sprintf("The limit of %d concurrent GET requests is reached, try again later.", n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case slots <- struct{}{}:
		default:
			m.refused.Inc()
			http.Error(w, refusal, http.StatusServiceUnavailable)
			return
		}
		m.inFlight.Inc()
		defer func() {
			<-slots
			m.inFlight.Dec()
		}()
		next.ServeHTTP(w, r)
	})
}

// traced lets spans be made of the requests to a route, if anybody wants them.
func (s *server) traced(route string, next http.Handler) http.Handler {
	if s.trace == nil {
		return next
	}
	return s.trace(route, next)
}

// withTimeout answers 503 for a handler that takes longer than d.
func withTimeout(next http.Handler, d time.Duration) http.Handler {
	if d <= 0 {
		return next
	}
	return http.TimeoutHandler(next, d, fmt.Sprintf("The request took longer than the timeout of %s.\n", d))
}

// caughtWriter remembers whether an answer has begun.
type caughtWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *caughtWriter) WriteHeader(status int) {
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *caughtWriter) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the writer below.
func (w *caughtWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// caught turns a panic of a handler into a 500 and a line in the log. An answer
// that has begun can only be cut off, or its reader would take it for complete.
func caught(next http.Handler, logger log.Logger) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w := &caughtWriter{ResponseWriter: rw}
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if err, ok := reason.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				_ = level.Error(logger).Log("msg", "request handler panicked", "err", fmt.Sprint(reason), "path", r.URL.Path, "stack", string(debug.Stack()))
			}
			if w.begun {
				panic(http.ErrAbortHandler)
			}
			textProblem(http.StatusInternalServerError, "internal error").write(w)
		}()
		next.ServeHTTP(w, r)
	})
}
