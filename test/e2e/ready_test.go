package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// TestReadyIsTruthful asks from before the start until after the end. Whoever is
// told "ready" can work with tocsin; whoever was let in is answered.
func TestReadyIsTruthful(t *testing.T) {
	t.Parallel()
	hook := newSink(t)
	dir := t.TempDir()
	write(t, dir, "tocsin.yml", hook.route("group_wait: 0s, group_interval: 100ms, repeat_interval: 1h"))
	address := freeAddress(t)
	of := server{"http://" + address}

	p := launch(t, dir, "--web.listen-address="+address)
	waitFor(t, "ready", func() bool { return ready(t, of) })
	of.post(t, "/api/v2/alerts", alertNow("AtOnce"))
	hook.wait(t, 1)
	if got := of.get(t, "/-/healthy"); got != "OK" {
		t.Errorf("GET /-/healthy: %q, want OK", got)
	}

	late := beginPost(t, address, alertNow("Late"))
	p.signal(t, syscall.SIGTERM)
	waitFor(t, "the end begins", func() bool { return len(p.stderr.lines("Shutting down")) == 1 })
	waitFor(t, "not ready", func() bool { return !ready(t, of) })
	if !p.running() {
		t.Error("ended before the last client was answered")
	}
	if status := late.finish(t); status != http.StatusOK {
		t.Errorf("status %d for the request that was running at the end, want 200", status)
	}
	if code := p.exitCode(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
}

// ready reports whether tocsin says that it is. While it starts and ends nobody
// may answer, or it may say no, but nothing else.
func ready(t *testing.T, s server) bool {
	t.Helper()
	a, err := s.do(t, http.MethodGet, "/-/ready", nil)
	switch {
	case err != nil || a.status == http.StatusServiceUnavailable:
		return false
	case a.status != http.StatusOK || a.body != "OK":
		t.Fatalf("GET /-/ready: status %d %q", a.status, a.body)
	}
	return true
}

// slowPost is a request of which the server has read the header only.
type slowPost struct {
	conn    net.Conn
	answers *bufio.Reader
	body    string
}

// beginPost sends the header of a request with alerts and returns when a handler
// has begun to read the body.
func beginPost(t *testing.T, address, body string) slowPost {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	post := slowPost{conn: conn, answers: bufio.NewReader(conn), body: body}
	header := "POST /api/v2/alerts HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
	if _, err := fmt.Fprintf(conn, header, address, len(body)); err != nil {
		t.Fatal(err)
	}
	if status := post.status(t); status != http.StatusContinue {
		t.Fatalf("status %d after the header, want 100", status)
	}
	return post
}

// finish sends the body and returns the status of the answer.
func (p slowPost) finish(t *testing.T) int {
	t.Helper()
	if _, err := io.WriteString(p.conn, p.body); err != nil {
		t.Fatal(err)
	}
	return p.status(t)
}

func (p slowPost) status(t *testing.T) int {
	t.Helper()
	response, err := http.ReadResponse(p.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
