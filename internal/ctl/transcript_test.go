package ctl

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/version"

	"github.com/tocsin-alerting/tocsin/internal/golden"
)

// TestMain gives the program a version, as a build does.
func TestMain(m *testing.M) {
	version.Version, version.Branch, version.Revision = "1.2.3", "main", "abc"
	version.BuildUser, version.BuildDate, version.GoVersion = "ann@host", "20260102-03:04:05", "go1.26"
	version.GoOS, version.GoArch = "linux", "amd64"
	os.Exit(m.Run())
}

// now is when the commands in the tests run.
func now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// daemonAt is where the commands in the tests look for a daemon.
const daemonAt = "http://tocsin.example:9093"

// TestTranscripts runs the commands that stand in a file, each on its line behind a
// $, and compares what they print. Files of an archive are:
//
//   - commands: the command lines; "<file" behind one is its standard input, and a
//     # begins a comment.
//   - those whose name begins with a method, such as GET /api/v2/status: what the
//     daemon answers, a status on the first line and the body below it. A query in
//     the name counts only if it is there.
//   - terminal: that somebody looks on.
//   - others: files in the working directory.
func TestTranscripts(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, in map[string]string) map[string]string {
		defer visit(t, t.TempDir())()
		daemon := &fakeDaemon{answers: map[string]string{}}
		for name, text := range in {
			switch {
			case strings.Contains(name, " /"):
				daemon.answers[name] = text
			case name != "commands" && name != "terminal":
				writeFile(t, name, text)
			}
		}
		w := worldOf(daemon.start(t))
		_, terminal := in["terminal"]
		w.InTerminal, w.OutTerminal, w.ErrTerminal, w.Colours = terminal, terminal, terminal, terminal
		var transcript strings.Builder
		for line := range strings.Lines(in["commands"]) {
			transcribe(t, &transcript, w, strings.TrimSpace(line))
		}
		return map[string]string{"transcript": transcript.String(), "requests": daemon.requests.String()}
	})
}

// visit changes the working directory until the function that it returns is called;
// golden files are found from the former one.
func visit(t *testing.T, dir string) (back func()) {
	t.Helper()
	home, err := os.Getwd()
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Chdir(home); err != nil {
			t.Fatal(err)
		}
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// worldOf is a world with one machine beside it, whatever its name and port are. The
// home directory is below the working directory.
func worldOf(listener net.Listener) World {
	return World{
		Name: ownName,
		Home: "home",
		Etc:  "etc",
		User: "ann",
		Now:  now,
		In:   strings.NewReader(""),
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, listener.Addr().String())
		},
	}
}

// transcribe runs a command line. What it writes to standard error has a ! before it.
func transcribe(t *testing.T, b *strings.Builder, w World, line string) {
	t.Helper()
	if line == "" || strings.HasPrefix(line, "#") {
		return
	}
	fmt.Fprintf(b, "$ %s\n", line)
	command, input, redirected := strings.Cut(line, " <")
	if redirected {
		text, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		w.In, w.InTerminal = bytes.NewReader(text), false
	}
	args := split(command)
	w.Name = args[0]
	var out, errs strings.Builder
	w.Out, w.Err = &out, &errs
	if !redirected && w.In == nil {
		w.In = strings.NewReader("")
	}
	code := Run(t.Context(), w, args[1:])
	text := strings.NewReplacer("\x1b", "^[", "\r", "^M").Replace(out.String())
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "(no newline)\n"
	}
	b.WriteString(text)
	for line := range strings.Lines(strings.NewReplacer("\x1b", "^[", "\r", "^M").Replace(errs.String())) {
		b.WriteString("! " + line)
	}
	if code != 0 {
		fmt.Fprintf(b, "(exit code %d)\n", code)
	}
}

var word = regexp.MustCompile(`('[^']*'|[^\s'])+`)

// split makes words of a line as a shell does that knows single quotes only.
func split(line string) []string {
	words := word.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "'", "")
	}
	return words
}

// fakeDaemon answers what it is told to, and writes down what it was asked.
type fakeDaemon struct {
	answers map[string]string

	mu       sync.Mutex
	requests strings.Builder
}

func (d *fakeDaemon) start(t *testing.T) net.Listener {
	t.Helper()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return server.Listener
}

func (d *fakeDaemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	fmt.Fprintf(&d.requests, "%s %s\n", r.Method, r.URL)
	if len(body) > 0 {
		fmt.Fprintf(&d.requests, "  %s\n", body)
	}
	d.mu.Unlock()
	answer, known := d.answers[r.Method+" "+r.URL.String()]
	if !known {
		answer, known = d.answers[r.Method+" "+r.URL.Path]
	}
	if !known {
		http.NotFound(w, r)
		return
	}
	first, text, _ := strings.Cut(answer, "\n")
	status, err := strconv.Atoi(first)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
