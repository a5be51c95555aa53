package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asProgram is set in the environment of a test binary that should be tocsin.
const asProgram = "TOCSIN_TEST_FLAGS"

// TestAsProgram is not a test: it is what TestSystemdSocket starts.
func TestAsProgram(t *testing.T) {
	args, asked := os.LookupEnv(asProgram)
	if !asked {
		t.Skip("for other tests to start")
	}
	os.Exit(run(strings.Fields(args), os.Stdout, os.Stderr))
}

// passed starts tocsin in the way systemd does: with sockets as open files, and
// with the number of the process in the environment.
func passed(t *testing.T, flags string, sockets ...*os.File) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	c := exec.CommandContext(ctx, "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" -test.run='^TestAsProgram$'`, program)
	c.Dir = t.TempDir()
	c.ExtraFiles = sockets
	c.Env = append(os.Environ(), asProgram+"="+flags, fmt.Sprintf("LISTEN_FDS=%d", len(sockets)))
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.Wait() // it has ended, if the test went well
	})
	return c, bufio.NewScanner(stderr)
}

// TestSystemdSocket wants the socket of systemd to be served, and it alone. The
// second file that is passed is not a socket.
func TestSystemdSocket(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	other, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	c, lines := passed(t, "--web.systemd-socket --web.listen-address=256.0.0.1:1", socket, other)
	_, _ = socket.Close(), other.Close()

	found := 0
	for found == 0 && lines.Scan() {
		if strings.Contains(lines.Text(), `msg="Listening on"`) {
			found++
			if want := "address=" + l.Addr().String(); !strings.HasSuffix(lines.Text(), want) {
				t.Errorf("%s: want %s", lines.Text(), want)
			}
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/-/healthy", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", response.StatusCode)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		if strings.Contains(lines.Text(), `msg="Listening on"`) {
			found++
		}
	}
	if err := c.Wait(); err != nil {
		t.Errorf("exit code: %v", err)
	}
	if found != 1 {
		t.Errorf("%d lines about listening, want 1", found)
	}
}

// TestNoSystemdSocket wants an error when systemd passed nothing to serve.
func TestNoSystemdSocket(t *testing.T) {
	pipe, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	for name, sockets := range map[string][]*os.File{"nothing": nil, "a pipe": {pipe}} {
		t.Run(name, func(t *testing.T) {
			c, lines := passed(t, "--web.systemd-socket", sockets...)
			var text strings.Builder
			for lines.Scan() {
				text.WriteString(lines.Text() + "\n")
			}
			_ = c.Wait() // the code is asked for below
			if code := c.ProcessState.ExitCode(); code != 1 || !strings.Contains(text.String(), "sockets of systemd: none was passed") {
				t.Errorf("exit code %d, want 1 with a reason: %s", code, &text)
			}
		})
	}
	_, _ = pipe.Close(), other.Close()
}
