package receivertest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// service is a fake of what receivers talk to. It remembers what it is asked.
type service struct {
	url    string // without a trailing slash
	addr   string
	handle http.HandlerFunc

	mu          sync.Mutex
	requests    []request
	connections int
}

// request is what came over the wire.
type request struct {
	*http.Request
	body []byte
}

// serve starts a service on loopback, until the test ends.
func serve(t *testing.T, handle http.HandlerFunc) *service {
	s := &service{handle: handle}
	server := httptest.NewUnstartedServer(s)
	server.Config.ConnState = s.count
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.url, s.addr = server.URL, server.Listener.Addr().String()
	return s
}

func (s *service) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.connections++
	}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request{Request: r, body: body})
	s.mu.Unlock()
	s.handle(w, r)
}

// seen returns what came so far.
func (s *service) seen() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *service) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// serveNothing is the URL of a service that has gone.
func serveNothing(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	t.Helper()
	return server.URL
}
