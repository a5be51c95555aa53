// Package sim runs whole daemons in virtual time: HTTP goes over pipes in memory,
// and hours pass in an instant.
package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// pipes is a listener whose connections are pipes in memory.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9093} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// world is one daemon, a client of it, and the receiver of its webhooks.
type world struct {
	t       *testing.T
	start   time.Time
	file    string
	logs    *logs
	options daemon.Options

	// Of the present daemon.
	daemon *daemon.Daemon
	client *http.Client
	stop   context.CancelFunc
	done   chan error

	mu   sync.Mutex
	told []string
	down bool // the receiver answers 500
}

// logs keeps what the daemon says, for when a test fails.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// inBubble plays a story with a daemon that runs a configuration.
func inBubble(t *testing.T, config string, story func(w *world), options ...func(*daemon.Options)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, start: time.Now(), file: filepath.Join(dir, "tocsin.yml"), logs: &logs{}}
		w.write(config)
		receiver, stopReceiver := w.receiver()
		w.options = daemon.Options{
			ConfigFile: w.file,
			Retention:  120 * time.Hour,
			Version:    api.VersionInfo{Version: "sim"},
			Logger:     log.NewLogfmtLogger(log.NewSyncWriter(w.logs)),
			Stdout:     io.Discard,
			Dial:       receiver.dial,
		}
		for _, option := range options {
			option(&w.options)
		}
		w.boot()

		story(w)

		w.halt()
		stopReceiver()
		time.Sleep(time.Hour) // what still has a timer sees that all is over
		if t.Failed() {
			t.Logf("log of the daemon:\n%s", w.logs)
		}
	})
}

// boot starts a daemon and waits until nothing moves.
func (w *world) boot() {
	w.t.Helper()
	front := newPipes()
	o := w.options
	o.Listeners = []net.Listener{front}
	d, err := daemon.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.daemon = d
	w.client = &http.Client{Transport: &http.Transport{DialContext: front.dial, DisableKeepAlives: true}}
	ctx, cancel := context.WithCancel(w.t.Context())
	w.stop = cancel
	w.done = make(chan error, 1)
	go func() { w.done <- d.Run(ctx) }()
	synctest.Wait()
}

// halt stops the daemon in an orderly way.
func (w *world) halt() {
	w.t.Helper()
	w.stop()
	if err := <-w.done; err != nil {
		w.t.Errorf("the daemon ended with %v", err)
	}
}

// receiver starts the service that webhooks go to.
func (w *world) receiver() (*pipes, func()) {
	listener := newPipes()
	server := &http.Server{Handler: http.HandlerFunc(w.hear), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	return listener, func() { _ = server.Close() }
}

// payload is what the stories look at of a webhook.
type payload struct {
	Status string
	Reason string `json:"notification_reason"`
	Alerts []struct {
		Status string
		Labels map[string]string
	}
}

// hear writes down what a webhook says and when.
func (w *world) hear(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if w.down {
		http.Error(rw, "down", http.StatusInternalServerError)
		return
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		w.t.Errorf("webhook with %q: %v", body, err)
	}
	text := time.Since(w.start).String() + " " + strings.TrimPrefix(r.URL.Path, "/")
	for _, a := range p.Alerts {
		text += map[string]string{"firing": " +", "resolved": " -"}[a.Status] + a.Labels["host"]
	}
	w.told = append(w.told, text+" ("+p.Reason+")")
}

func (w *world) setDown(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

// write puts a configuration into the file.
func (w *world) write(config string) {
	w.t.Helper()
	if err := os.WriteFile(w.file, []byte(config), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// call makes a request and returns status and body.
func (w *world) call(method, path, body string) (int, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, "http://tocsin"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// must makes a request that has to succeed.
func (w *world) must(method, path, body string) string {
	w.t.Helper()
	status, text := w.call(method, path, body)
	if status != http.StatusOK {
		w.t.Fatalf("%s %s answers %d: %s", method, path, status, text)
	}
	return text
}

func (w *world) fires(host string) {
	w.t.Helper()
	w.must(http.MethodPost, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"X","host":%q}}]`, host))
}

func (w *world) ends(host string) {
	w.t.Helper()
	w.must(http.MethodPost, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"X","host":%q},"endsAt":%q}]`,
		host, time.Now().UTC().Format(time.RFC3339Nano)))
}

// silence mutes a host from now on and returns the id.
func (w *world) silence(host string, lasts time.Duration) string {
	w.t.Helper()
	now := time.Now().UTC()
	text := w.must(http.MethodPost, "/api/v2/silences", fmt.Sprintf(
		`{"matchers":[{"name":"host","value":%q,"isRegex":false}],"startsAt":%q,"endsAt":%q,"createdBy":"me","comment":"work"}`,
		host, now.Format(time.RFC3339Nano), now.Add(lasts).Format(time.RFC3339Nano)))
	var answer struct{ SilenceID string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		w.t.Fatal(err)
	}
	return answer.SilenceID
}

func (w *world) until(d time.Duration) {
	time.Sleep(d - time.Since(w.start))
	synctest.Wait()
}

func (w *world) want(told ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(told, w.told); diff != "" {
		w.t.Errorf("told (-want +got):\n%s", diff)
	}
}
