package ctl

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pipes is a listener in memory, which works in a bubble.
type pipes struct{ accepted chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p.accepted; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

// Close is called once by a server.
func (p pipes) Close() error {
	close(p.accepted)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.accepted <- theirs
	return ours, nil
}

// busyDaemon has two groups, and counts three alerts and one notification a second, of
// which every other one fails.
type busyDaemon struct {
	start time.Time
	down  func() bool // may be nil
	mute  bool        // shows no metrics
}

func (d busyDaemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seconds := time.Since(d.start).Seconds()
	switch {
	case d.down != nil && d.down():
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `"not\u001b ready"`)
	case r.URL.Path == "/metrics" && d.mute:
		w.WriteHeader(http.StatusNotFound)
	case r.URL.Path == "/metrics":
		_, _ = fmt.Fprintf(w, "%s{status=\"firing\"} %v\n%s{status=\"resolved\"} %v\n%s %v\n%s %v\n",
			metricAlerts, seconds, metricAlerts, 2*seconds, metricNotifications, seconds, metricFailed, seconds/2)
	case r.URL.Query().Get("receiver") == "nobody":
		_, _ = io.WriteString(w, "[]")
	default:
		_, _ = io.WriteString(w, `[
{"alerts":[{"fingerprint":"1","startsAt":"2026-01-02T03:00:00.000Z","status":{"state":"suppressed"}}],"labels":{"alertname":"A"},"receiver":{"name":"x"}},
{"alerts":[{"fingerprint":"2","startsAt":"2026-01-02T03:02:00.000Z","status":{"state":"active"}},{"fingerprint":"3","startsAt":"2026-01-02T03:01:00.000Z","status":{"state":"active"}}],"labels":{"b":"c"},"receiver":{"name":"team"}},
{"alerts":[{"fingerprint":"3","startsAt":"2026-01-02T03:01:00.000Z","status":{"state":"active"}}],"labels":{},"receiver":{"name":"all"}}]`)
	}
}

// watchIn runs top in a bubble against a daemon.
func watchIn(t *testing.T, daemon http.Handler, change func(*World), args ...string) (got printed, took time.Duration) {
	t.Helper()
	p := pipes{make(chan net.Conn)}
	server := &http.Server{Handler: daemon, ReadHeaderTimeout: time.Hour}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(p) })
	start := time.Now()
	w := World{Name: ownName, Now: time.Now, Dial: p.dial, In: strings.NewReader("")}
	args = append([]string{"--alertmanager.url=http://ann:s3cret@tocsin.example:9093", "--no-version-check", "top"}, args...)
	got = runIn(t, w, change, args...)
	took = time.Since(start)
	_ = server.Close()
	serving.Wait()
	return got, took
}

const firstView = `http://tocsin.example:9093  2000-01-01 00:00:02 UTC
2 active alerts, 1 suppressed, in 3 groups; per second 3.00 alerts received, 1.00 notifications, 0.50 failed

Receiver  Active  Suppressed  Since                    Group            
team      2       0           2026-01-02 03:01:00 UTC  {b="c"}          
all       1       0           2026-01-02 03:01:00 UTC  {}               
x         0       1           2026-01-02 03:00:00 UTC  {alertname="A"}  
`

func TestTop(t *testing.T) {
	const quiet = `{"daemon":"http://tocsin.example:9093","time":"2000-01-01T00:00:02.000Z","active":0,"suppressed":0,"rates":null,"groups":[]}` + "\n"
	for _, tt := range []struct {
		name string
		mute bool
		args []string
		want printed
		took time.Duration
	}{
		{"one view", false, nil, printed{0, firstView + "\n", ""}, 2 * time.Second},
		{
			"two views", false,
			[]string{"--count=2", "--date.format=15:04"},
			printed{0, viewAt("00:00") + viewAt("00:00"), ""},
			4 * time.Second,
		},
		{"nothing there", true, []string{"-r", "nobody", "-o", "json", "A"}, printed{0, quiet, ""}, 2 * time.Second},
		{"too often", false, []string{"--interval=400ms"}, printed{1, "", "tocsinctl: error: --interval: 400ms is less than 500ms\n"}, 0},
		{"too few", false, []string{"--count=-1"}, printed{1, "", "tocsinctl: error: --count: -1 is negative\n"}, 0},
		{"longer than a command may take", false, []string{"--interval=1m", "--timeout=1s", "--date.format=15:04"}, printed{0, viewAt("00:01"), ""}, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, took := watchIn(t, busyDaemon{start: time.Now(), mute: tt.mute}, nil, tt.args...)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
			})
		})
	}
}

// viewAt is the view with short times.
func viewAt(clock string) string {
	return `http://tocsin.example:9093  ` + clock + `
2 active alerts, 1 suppressed, in 3 groups; per second 3.00 alerts received, 1.00 notifications, 0.50 failed

Receiver  Active  Suppressed  Since  Group            
team      2       0           03:01  {b="c"}          
all       1       0           03:01  {}               
x         0       1           03:00  {alertname="A"}  

`
}

// screen is a terminal on which keys are pressed.
type screen struct {
	keys   *io.PipeWriter
	height int
	raw    int // how often it was taken over
	given  int // how often it was given back
}

func (s *screen) use(w *World) {
	w.In, s.keys = io.Pipe()
	w.InTerminal, w.OutTerminal, w.ErrTerminal = true, true, true
	w.Size = func() (int, int, error) { return 80, s.height, nil }
	w.Raw = func() (func(), error) {
		s.raw++
		return func() { s.given++ }, nil
	}
}

// TestTopOnTerminal wants views until a key ends it, within the screen, and the
// terminal to be given back.
func TestTopOnTerminal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		height int
		end    func(s *screen)
		views  int
		want   string // in what is printed
	}{
		{"q", 24, func(s *screen) { _, _ = s.keys.Write([]byte("x q")) }, 4, "\r\nx         0       1"},
		{"Ctrl-C", 24, func(s *screen) { _, _ = s.keys.Write([]byte{ctrlC}) }, 4, "\r\nall       1"},
		{"hanging up", 24, func(s *screen) { _ = s.keys.Close() }, 4, "q ends\x1b[K\x1b[J"},
		{"low", 8, func(s *screen) { _ = s.keys.Close() }, 4, "\r\n… and 1 group more\x1b[K\r\nq ends"},
		{"no height at all", 1, func(s *screen) { _ = s.keys.Close() }, 4, "\x1b[Hq ends"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &screen{height: tt.height}
				time.AfterFunc(7*time.Second, func() { tt.end(s) })
				got, took := watchIn(t, busyDaemon{start: time.Now()}, s.use)
				if got.Code != 0 || got.Errors != "" || took != 7*time.Second {
					t.Errorf("exit code %d after %s, errors %q", got.Code, took, got.Errors)
				}
				if !strings.HasPrefix(got.Out, takeScreen) || !strings.HasSuffix(got.Out, giveScreen) || s.raw != 1 || s.given != 1 {
					t.Errorf("taken %d times and given back %d times: %q", s.raw, s.given, got.Out)
				}
				if n := strings.Count(got.Out, "\x1b[H"); n != tt.views || !strings.Contains(got.Out, tt.want) {
					t.Errorf("%d views, want %d and %q in:\n%q", n, tt.views, tt.want, got.Out)
				}
				checkHeight(t, got.Out, tt.height)
			})
		})
	}
}

// checkHeight wants no view to have more lines than there are.
func checkHeight(t *testing.T, text string, height int) {
	t.Helper()
	for view := range strings.SplitSeq(text, "\x1b[H") {
		if n := strings.Count(view, "\n") + 1; n > height {
			t.Errorf("%d lines on a screen with %d:\n%q", n, height, view)
		}
	}
}

// TestTopOutage wants the last view to stay while the daemon does not answer, and to go
// on when it does.
func TestTopOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{height: 24}
		start := time.Now()
		time.AfterFunc(9*time.Second, func() { _ = s.keys.Close() })
		down := func() bool { return time.Since(start) >= 2*time.Second && time.Since(start) < 6*time.Second }
		got, _ := watchIn(t, busyDaemon{start: start, down: down}, s.use)
		views := strings.Split(got.Out, "\x1b[H")[1:]
		for i, want := range []string{"q ends", "status 503 Service Unavailable: not  ready", "status 503", "q ends", "q ends"} {
			if i >= len(views) || !strings.Contains(views[i], want) || !strings.Contains(views[i], "team      2") || strings.Contains(views[i], "s3cret") {
				t.Errorf("view %d lacks %q or the groups in:\n%q", i, want, views)
			}
		}
	})
}

// TestTopInterrupted wants a signal to end it as a key does.
func TestTopInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{height: 24}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		p := pipes{make(chan net.Conn)}
		server := &http.Server{Handler: busyDaemon{start: time.Now()}, ReadHeaderTimeout: time.Hour}
		go func() { _ = server.Serve(p) }()
		var out, errs strings.Builder
		w := World{Now: time.Now, Dial: p.dial, Out: &out, Err: &errs}
		s.use(&w)
		code := Run(ctx, w, []string{"--alertmanager.url=h", "--no-version-check", "top"})
		if code != 0 || errs.Len() > 0 || !strings.HasSuffix(out.String(), giveScreen) || s.given != 1 {
			t.Errorf("exit code %d, errors %q, given back %d times: %q", code, errs.String(), s.given, out.String())
		}
		_ = s.keys.Close()
		_ = server.Close()
	})
}
