package compare_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// sink is the service that webhooks of one process go to. Every path is a
// receiver of its own.
type sink struct {
	*httptest.Server
	mu      sync.Mutex
	heard   []delivery
	refuse  map[string]*refusal // by path
	refused map[string]bool     // paths that have turned something away
}

// answerTime is how long the sink takes to answer. Both programs measure the
// repeat interval from the end of an attempt; if that took no time, an accident
// would decide whether a tick is just in time.
const answerTime = 100 * time.Millisecond

// delivery is one request that was accepted.
type delivery struct {
	path string
	at   time.Time
	body string
}

// refusal is how the next requests to a path are answered.
type refusal struct {
	status     int
	retryAfter string // a header, "" for none
	times      int    // how many requests; those after them are accepted
}

func newSink() *sink {
	s := &sink{refuse: map[string]*refusal{}, refused: map[string]bool{}}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	defer time.Sleep(answerTime)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender has gone away, so it knows that nothing has arrived
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/")
	if no := s.refuse[path]; no != nil && no.times > 0 {
		no.times--
		s.refused[path] = true
		if no.retryAfter != "" {
			w.Header().Set("Retry-After", no.retryAfter)
		}
		http.Error(w, fmt.Sprint(no.status), no.status)
		return
	}
	s.heard = append(s.heard, delivery{path: path, at: at, body: string(body)})
}

// setRefusal says how the next requests to a path are answered.
func (s *sink) setRefusal(path string, r refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[path] = &r
}

// deliveries ends the sink and returns what it has heard.
func (s *sink) deliveries() []delivery {
	s.Close()
	return s.heard
}
