package daemon

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"golang.org/x/crypto/bcrypt"
)

// served is a daemon that runs.
type served struct {
	addresses []string
	lines     chan string // what it has logged since it listens
	stop      func() error
}

// logLines hands every Write over as a line.
type logLines chan string

func (l logLines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

var listeningOn = regexp.MustCompile(`^level=info msg="Listening on" address=(\S+)\n$`)

// serveOn runs a daemon with so many addresses of this machine until the end of
// the test. It returns when the daemon has said where it listens.
func serveOn(t *testing.T, addresses int, change func(*Options)) *served {
	t.Helper()
	lines := make(logLines, 1000)
	o := Options{
		Retention:       time.Hour,
		ListenAddresses: slices.Repeat([]string{"127.0.0.1:0"}, addresses),
		Logger:          log.NewLogfmtLogger(lines),
	}
	if change != nil {
		change(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	s := &served{lines: lines}
	stopped := false
	s.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the daemon ended with %v", err)
		}
	})
	for len(s.addresses) < addresses+len(o.Listeners) {
		select {
		case err := <-ended:
			t.Fatalf("the daemon ended before it listened: %v", err)
		case line := <-lines:
			if found := listeningOn.FindStringSubmatch(line); found != nil {
				s.addresses = append(s.addresses, found[1])
			}
		}
	}
	return s
}

// reply is what a server has answered.
type reply struct {
	status, protocol int
	body             string
	header           http.Header
}

// ask sends a request on a connection of its own.
func ask(t *testing.T, c *tls.Config, url string, change func(*http.Request)) (reply, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(request)
	}
	transport := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.ProtoMajor, string(body), response.Header}, err
}

// wantStatus asks and wants an answer with the status.
func wantStatus(t *testing.T, status int, url string, change func(*http.Request)) reply {
	t.Helper()
	r, err := ask(t, nil, url, change)
	if err != nil || r.status != status {
		t.Errorf("%s: status %d, want %d: %s %v", url, r.status, status, r.body, err)
	}
	return r
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestListeningLines wants one line for each address with the port that is
// bound, and all of them served, ready from the first moment.
func TestListeningLines(t *testing.T) {
	var lc net.ListenConfig
	given, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, 2, func(o *Options) { o.Listeners = []net.Listener{given} })
	if !slices.Contains(s.addresses, given.Addr().String()) {
		t.Errorf("no line about %s, only %q", given.Addr(), s.addresses)
	}
	for _, address := range s.addresses {
		wantStatus(t, http.StatusOK, "http://"+address+"/-/ready", nil)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	close(s.lines)
	for line := range s.lines {
		if listeningOn.MatchString(line) {
			t.Errorf("said again: %s", line)
		}
	}
}

// TestUsers wants the users of the file to be asked for their password on every
// path, and the file to be read again for each request.
func TestUsers(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users := fmt.Sprintf("basic_auth_users: {ann: '%s'}\n", hash)
	file := writeFile(t, filepath.Join(t.TempDir(), "web.yml"), users+"http_server_config: {headers: {X-Frame-Options: deny}}\n")
	s := serveOn(t, 2, func(o *Options) { o.WebConfigFile = file })
	as := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	for _, address := range s.addresses {
		for _, path := range []string{"/-/healthy", "/metrics", "/api/v2/alerts", "/nope"} {
			r := wantStatus(t, http.StatusUnauthorized, "http://"+address+path, nil)
			if r.body != "Unauthorized\n" || r.header.Get("WWW-Authenticate") != "Basic" || r.header.Get("X-Frame-Options") != "deny" {
				t.Errorf("%s: %q %v", path, r.body, r.header)
			}
		}
		url := "http://" + address + "/api/v2/alerts"
		wantStatus(t, http.StatusUnauthorized, url, as("ann", "wrong"))
		if r := wantStatus(t, http.StatusOK, url, as("ann", "secret")); r.header.Get("X-Frame-Options") != "deny" || r.body != "[]\n" {
			t.Errorf("%q %v", r.body, r.header)
		}
	}
	url := "http://" + s.addresses[0] + "/-/healthy"
	wantStatus(t, http.StatusUnauthorized, url, as("bob", "secret"))
	writeFile(t, file, strings.Replace(users, "ann", "bob", 1))
	wantStatus(t, http.StatusOK, url, as("bob", "secret"))
	wantStatus(t, http.StatusUnauthorized, url, as("ann", "secret"))
	writeFile(t, file, "nonsense: {}\n")
	wantStatus(t, http.StatusInternalServerError, url, as("bob", "secret"))
	writeFile(t, file, "")
	wantStatus(t, http.StatusOK, url, nil)
}

// TestRateLimit wants each address to have one limit, not one for each address.
func TestRateLimit(t *testing.T) {
	file := writeFile(t, filepath.Join(t.TempDir(), "web.yml"), "rate_limit: {interval: 24h, burst: 2}\n")
	s := serveOn(t, 2, func(o *Options) { o.WebConfigFile = file })
	for _, address := range s.addresses {
		url := "http://" + address + "/-/healthy"
		wantStatus(t, http.StatusOK, url, nil)
		wantStatus(t, http.StatusOK, url, nil)
		if r := wantStatus(t, http.StatusTooManyRequests, url, nil); r.body != "Too Many Requests\n" {
			t.Errorf("body %q", r.body)
		}
	}
}

// TestBadWebConfig wants a mistake to be told before anything starts, with the
// name of the file.
func TestBadWebConfig(t *testing.T) {
	for text, want := range map[string]string{
		"nonsense: 1\n":                    "nonsense",
		"\t":                               "yaml",
		"basic_auth_users: {ann: plain}\n": "hash",
		"tls_server_config: {cert_file: a.pem}\n":                                          "key",
		"tls_server_config: {cert_file: a.pem, key_file: b.pem}\n":                         "a.pem",
		"tls_server_config: {min_version: TLS14}\n":                                        "TLS14",
		"http_server_config: {headers: {Server: x}}\n":                                     "Server",
		"http_server_config: {headers: {X-Frame-Options: x}}\n":                            "X-Frame-Options",
		"rate_limit: {interval: soon}\n":                                                   "soon",
		"tls_server_config: {client_auth_type: RequireAndVerifyClientCert, cert: x}\n":     "key",
		"tls_server_config: {cipher_suites: [ROT13], cert_file: a.pem, key_file: b.pem}\n": "ROT13",
	} {
		file := writeFile(t, filepath.Join(t.TempDir(), "web.yml"), text)
		_, err := New(Options{WebConfigFile: file})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "web configuration file "+file) {
			t.Errorf("%q: error %v, want one with the file and %q", text, err, want)
		}
	}
	if _, err := New(Options{WebConfigFile: "absent.yml"}); err == nil || !strings.Contains(err.Error(), "absent.yml") {
		t.Errorf("absent file: error %v", err)
	}
}

// TestLargeBodies wants them to be refused over a real connection, however the
// client tells how much it sends, and the daemon to go on.
func TestLargeBodies(t *testing.T) {
	s := serveOn(t, 1, func(o *Options) { o.MaxBodyBytes = 1000 })
	large := `[{"labels":{"a":"` + strings.Repeat("x", 2000) + `"}}]`
	for name, request := range map[string]string{
		"length":  "Content-Length: 1000000000\r\n\r\n" + large,
		"chunked": fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(large), large),
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s.addresses[0])
			fmt.Fprintf(c, "POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s", request)
			response, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			const want = `{"code":413,"message":"the body is larger than 1000 bytes"}`
			if err != nil || response.StatusCode != http.StatusRequestEntityTooLarge || string(body) != want || !response.Close {
				t.Errorf("status %d, closes %t: %s %v", response.StatusCode, response.Close, body, err)
			}
		})
	}
	r := wantStatus(t, http.StatusOK, "http://"+s.addresses[0]+"/api/v2/alerts", func(r *http.Request) {
		r.Method, r.Body = http.MethodPost, io.NopCloser(strings.NewReader(`[]`))
		r.Header.Set("Content-Type", "application/json")
	})
	if r.body != "" {
		t.Errorf("body %q", r.body)
	}
	if r := wantStatus(t, http.StatusOK, "http://"+s.addresses[0]+"/api/v2/alerts", nil); r.body != "[]\n" {
		t.Errorf("something of it was stored: %.100s", r.body)
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// finishes sends half of a request, tells the daemon to stop, sends the rest and
// wants an answer.
func finishes(t *testing.T, s *served, c net.Conn) {
	t.Helper()
	const body = `[{"labels":{"a":"b"}}]`
	fmt.Fprintf(c, "POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	answers := bufio.NewReader(c)
	// The handler reads the body when this comes.
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.stop() }()
	for line := range s.lines {
		if strings.Contains(line, "Shutting down") {
			break
		}
	}
	fmt.Fprint(c, body)
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", response.StatusCode)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for {
		select {
		case line := <-s.lines:
			if strings.Contains(line, "cut off") {
				t.Error(line)
			}
			continue
		default:
		}
		break
	}
}

// TestStopFinishesRequests wants a request that is being read to be answered.
func TestStopFinishesRequests(t *testing.T) {
	s := serveOn(t, 2, nil)
	finishes(t, s, dial(t, s.addresses[1]))
}

// TestStopWithFailingListener wants the daemon to end when it cannot serve one
// of its addresses any more.
func TestStopWithFailingListener(t *testing.T) {
	var lc net.ListenConfig
	broken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{Retention: time.Hour, ListenAddresses: []string{"127.0.0.1:0"}, Listeners: []net.Listener{broken}})
	if err != nil {
		t.Fatal(err)
	}
	_ = broken.Close()
	if err := d.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "serve on "+broken.Addr().String()) {
		t.Errorf("error %v", err)
	}
}

func TestListenAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"nowhere":               "missing port",
		"127.0.0.1:x":           "x",
		"vsock://":              "missing port",
		"vsock://1":             "missing port",
		"vsock://:x":            `"x"`,
		"vsock://:-1":           `"-1"`,
		"vsock://:4294967296":   "out of range",
		"http://127.0.0.1:9093": "too many colons",
	} {
		l, err := listenOn(t.Context(), address)
		if err == nil || !strings.Contains(err.Error(), want) || l != nil {
			t.Errorf("%s: %v and error %v, want one with %q", address, l, err, want)
		}
	}
	// Not every machine has virtual sockets. Where there are none it must say so.
	switch l, err := listenOn(t.Context(), "vsock://:19093"); {
	case err != nil && l != nil:
		t.Errorf("a listener with error %v", err)
	case err == nil:
		_ = l.Close()
	}
}
