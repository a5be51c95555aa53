package sim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// audience is the services that webhooks go to. Each is in a mood.
type audience struct {
	start time.Time
	pipes *pipes

	mu     sync.Mutex
	dice   *rand.Rand
	moods  map[string]step
	told   []telling
	served map[int]int // requests that arrived, by line
}

func newAudience(start time.Time, dice *rand.Rand) *audience {
	return &audience{start: start, pipes: newPipes(), dice: dice, moods: make(map[string]step), served: make(map[int]int)}
}

func (u *audience) set(receiver string, m step) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.moods[receiver] = m
}

// line is how one life of a replica reaches the audience.
type line struct {
	u       *audience
	id      int
	replica int

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

var errCut = errors.New("connection refused")

func (l *line) dial(ctx context.Context, _, address string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	host, _, _ := net.SplitHostPort(address)
	l.u.mu.Lock()
	refused := l.u.moods[strings.TrimSuffix(host, ".example")].word == "refuses"
	l.u.mu.Unlock()
	if l.cut || refused {
		return nil, errCut
	}
	ours, theirs := net.Pipe()
	select {
	case l.u.pipes.conns <- lineConn{theirs, l}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l.conns = append(l.conns, ours)
	return ours, nil
}

// break off all that is on the line, for good.
func (l *line) breakOff() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for _, c := range l.conns {
		_ = c.Close()
	}
}

func (l *line) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

type lineConn struct {
	net.Conn
	line *line
}

type lineKey struct{}

// serve runs until the returned function is called.
func (u *audience) serve() (stop func()) {
	server := &http.Server{
		Handler:           http.HandlerFunc(u.hear),
		ReadHeaderTimeout: time.Minute,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, lineKey{}, c.(lineConn).line)
		},
	}
	go func() { _ = server.Serve(u.pipes) }()
	return func() { _ = server.Close() }
}

// message is a webhook.
type message struct {
	Status   string
	Receiver string
	GroupKey string
	Reason   string `json:"notification_reason"`
	Alerts   []struct {
		Status              string
		Labels, Annotations map[string]string
	}
}

func (m message) telling() telling {
	t := telling{receiver: m.Receiver, group: m.GroupKey, reason: m.Reason}
	for _, a := range m.Alerts {
		rev, _ := strconv.Atoi(a.Annotations["rev"])
		t.alerts = append(t.alerts, tellingOf{a.Labels["alertname"] + "/" + a.Labels["host"], a.Status == "firing", rev})
	}
	return t
}

// hear takes a notification in the mood that the receiver has.
func (u *audience) hear(rw http.ResponseWriter, r *http.Request) {
	l := r.Context().Value(lineKey{}).(*line)
	var m message
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &m) != nil {
		return // the sender is gone
	}
	t := m.telling()
	t.by, t.at = l.replica, time.Since(u.start)
	u.mu.Lock()
	u.served[l.id]++
	at := len(u.told)
	u.told = append(u.told, t)
	mood, chance := u.moods[t.receiver], u.dice.Float64()
	u.mu.Unlock()

	if !indulge(r.Context(), rw, mood, chance) || l.isCut() {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.told[at].answered = time.Since(u.start)
}

// indulge lets a mood out. It returns true if the notification is accepted.
func indulge(ctx context.Context, rw http.ResponseWriter, mood step, chance float64) bool {
	wait := time.Duration(0)
	switch mood.word {
	case "slow":
		wait = mood.d
	case "hangs":
		wait = time.Hour
	}
	pause := time.NewTimer(wait)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
	}
	switch {
	case mood.word == "down", mood.word == "flaky" && chance < .5:
		http.Error(rw, "down", http.StatusInternalServerError)
		return false
	case mood.word == "deaf" && chance < .5:
		panic(http.ErrAbortHandler) // it has heard, and the sender does not know
	}
	return true
}
