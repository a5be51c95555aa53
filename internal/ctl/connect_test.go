package ctl

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// noAlerts answers like a daemon without alerts, to those whom it knows.
func noAlerts(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "ann" || password != "s3cret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = io.WriteString(w, "[]")
}

// secured is an HTTPS server for example.com, and the file with its certificate.
func secured(t *testing.T, change func(*tls.Config)) (*httptest.Server, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(noAlerts))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if change != nil {
		change(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, path, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return server, path
}

// TestSecured wants TLS and credentials to work, and to say what helps if they do not.
func TestSecured(t *testing.T) {
	server, ca := secured(t, nil)
	strict, strictCA := secured(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	settings := func(text string) string {
		path := filepath.Join(t.TempDir(), "http.yml")
		writeFile(t, path, text)
		return "--http.config.file=" + path
	}
	trusted := "tls_config: {ca_file: " + ca + "}\n"
	for _, tt := range []struct {
		name   string
		server *httptest.Server
		flags  []string
		want   []string // of the error; nil: there is none
	}{
		{"credentials in a file", server, []string{"--alertmanager.url=https://example.com", settings(trusted + "basic_auth: {username: ann, password: s3cret}\n")}, nil},
		{"no credentials", server, []string{"--alertmanager.url=https://example.com", settings(trusted)}, []string{"status 401", "--http.config.file"}},
		{"wrong credentials", server, []string{"--alertmanager.url=https://example.com", settings(trusted + "basic_auth: {username: ann, password: guess}\n")}, []string{"status 401"}},
		{"unknown authority", server, []string{"--alertmanager.url=https://ann:s3cret@example.com"}, []string{"unknown authority", "tls_config.ca_file"}},
		{"another name", server, []string{"--alertmanager.url=https://tocsin.example", settings(trusted)}, []string{"not tocsin.example", "tls_config.server_name"}},
		{"HTTP", server, []string{"--alertmanager.url=http://example.com"}, []string{"status 400", "write https:// in --alertmanager.url"}},
		{"a certificate is wanted", strict, []string{"--alertmanager.url=https://example.com", settings("tls_config: {ca_file: " + strictCA + "}\n")}, []string{"certificate required", "tls_config.cert_file"}},
		{"settings with a mistake", server, []string{"--alertmanager.url=https://example.com", settings("tls: 1\n")}, []string{"--http.config.file ", "line 1"}},
		{"settings that name a file that is not there", server, []string{"--alertmanager.url=https://example.com", settings("tls_config: {ca_file: absent.pem}\n")}, []string{"absent.pem"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := runIn(t, worldOf(tt.server.Listener), nil, append(tt.flags, "alert")...)
			checkFailure(t, got, tt.want)
			if strings.Contains(got.Errors, "s3cret") {
				t.Errorf("the error shows the password: %s", got.Errors)
			}
		})
	}
}

// checkFailure wants an error that has all the texts on one line, or none.
func checkFailure(t *testing.T, got printed, want []string) {
	t.Helper()
	if want == nil {
		if got.Code != 0 || got.Errors != "" {
			t.Errorf("exit code %d: %s", got.Code, got.Errors)
		}
		return
	}
	if got.Code != 1 || strings.Count(got.Errors, "\n") != 1 {
		t.Errorf("exit code %d, errors %q; want 1 and one line", got.Code, got.Errors)
	}
	for _, text := range want {
		if !strings.Contains(got.Errors, text) {
			t.Errorf("the error is %q and lacks %q", got.Errors, text)
		}
	}
}

func TestCredentialsInAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(noAlerts))
	defer server.Close()
	got := runIn(t, worldOf(server.Listener), nil, "--alertmanager.url=http://ann:s3cret@example.com", "-v", "alert")
	if got.Code != 0 || strings.Contains(got.Errors, "s3cret") || !strings.Contains(got.Errors, "status=200") {
		t.Errorf("exit code %d, log %q; want 0, the requests and no password", got.Code, got.Errors)
	}
}

// TestNobodyThere wants to be told what is probably wrong.
func TestNobodyThere(t *testing.T) {
	var lc net.ListenConfig
	closed, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	checkFailure(t, runIn(t, worldOf(closed), nil, "--alertmanager.url=tocsin.example", "alert"),
		[]string{"GET http://tocsin.example/api/v2/alerts: ", "connection refused; does the daemon run there?"})

	nowhere := func(w *World) {
		w.Dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "tocsin.example", IsNotFound: true}
		}
	}
	checkFailure(t, runIn(t, worldOf(closed), nowhere, "--alertmanager.url=tocsin.example", "alert"),
		[]string{"no such host; is the name of the host in --alertmanager.url right?"})
}

// dialMute connects to a daemon that takes requests and never answers.
func dialMute(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }() // ends when near is closed
	return near, nil
}

// TestTimeout runs against a daemon that takes connections and never answers.
func TestTimeout(t *testing.T) {
	for _, tt := range []struct {
		flags []string
		want  time.Duration
	}{
		{nil, 30 * time.Second},
		{[]string{"--timeout=5m"}, 5 * time.Minute},
		{[]string{"--timeout=250ms"}, 250 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			mute := func(w *World) { w.Dial = dialMute }
			start := time.Now()
			got := runIn(t, World{}, mute, append(tt.flags, "--alertmanager.url="+daemonAt, "silence", "expire", "1")...)
			if took := time.Since(start); took != tt.want {
				t.Errorf("%v: took %s, want %s", tt.flags, took, tt.want)
			}
			checkFailure(t, got, []string{"DELETE " + daemonAt + "/api/v2/silence/1: ", "there was no answer within " + tt.want.String() + ", --timeout allows more"})
		})
	}
}

// TestInterrupted wants a command to end with its context.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		var errs strings.Builder
		w := World{Name: ownName, Out: io.Discard, Err: &errs, Now: now, Dial: dialMute}
		start := time.Now()
		code := Run(ctx, w, []string{"--alertmanager.url=" + daemonAt, "alert"})
		if took := time.Since(start); code != 1 || took != time.Second {
			t.Errorf("exit code %d after %s, want 1 after 1s", code, took)
		}
		if !strings.Contains(errs.String(), "context canceled") {
			t.Errorf("error %q", errs.String())
		}
	})
}

// TestPrintFails wants a full disk behind a redirection to be noticed.
func TestPrintFails(t *testing.T) {
	full := func(w *World) { w.Out = failing{} }
	for _, args := range [][]string{
		{"check-config", "testdata/../../../examples/minimal.yml"},
		{"check-config", "-o", "json", "testdata/../../../examples/minimal.yml"},
		{"completion", "bash"},
		{"template", "render", "--template.glob=x", "--template.text=a"},
	} {
		got := runIn(t, World{}, full, args...)
		checkFailure(t, got, []string{"print: ", errFull.Error()})
	}
}

var errFull = errors.New("no space left on device")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
