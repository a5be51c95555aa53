package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// sink is the service that webhooks go to. It answers at once.
type sink struct {
	server *http.Server
	url    string
	heard  chan arrival
}

// arrival is one notification.
type arrival struct {
	at    time.Time // when all of it was there
	id    int       // of its first alert
	bytes int
}

// startSink listens on loopback. The caller closes it.
func startSink(ctx context.Context) (*sink, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: fmt.Sprintf("http://%s/", l.Addr()), heard: make(chan arrival, 1<<16)}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.server.Serve(l) }() // it ends with close
	return s, nil
}

func (s *sink) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender has gone away
	}
	select {
	case s.heard <- arrival{at: time.Now(), id: parseID(body), bytes: len(body)}:
	case <-r.Context().Done():
	}
}

func (s *sink) close() { _ = s.server.Close() }

// parseID returns the label id of the first alert in a notification, -1 if there is
// none.
func parseID(body []byte) int {
	_, rest, _ := bytes.Cut(body, []byte(`"id":"`))
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	id, err := strconv.Atoi(string(digits))
	if err != nil {
		return -1
	}
	return id
}

// patience is how long a notification may take to arrive.
const patience = 2 * time.Minute

// next waits for a notification.
func (s *sink) next(ctx context.Context) (arrival, error) {
	select {
	case a := <-s.heard:
		return a, nil
	case <-ctx.Done():
		return arrival{}, ctx.Err()
	case <-time.After(patience):
		return arrival{}, errors.New("no notification has arrived for two minutes")
	}
}

// about waits for a notification that begins with alert id.
func (s *sink) about(ctx context.Context, id int) (arrival, error) {
	for {
		if a, err := s.next(ctx); err != nil || a.id == id {
			return a, err
		}
	}
}
