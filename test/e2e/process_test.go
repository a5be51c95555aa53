package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long something may take that should take a moment.
const patience = 30 * time.Second

// waitFor returns when the condition holds, and ends the test if that takes too
// long.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// lines returns the lines that contain all of the texts.
func (o *output) lines(texts ...string) []string {
	var found []string
	for line := range strings.Lines(o.String()) {
		if containsAll(line, texts) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func containsAll(s string, texts []string) bool {
	for _, text := range texts {
		if !strings.Contains(s, text) {
			return false
		}
	}
	return true
}

// process is a program that runs.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{} // closed when the exit code is known
}

// command says what to start.
type command struct {
	path string
	args []string
	dir  string   // the working directory, which is also the home directory
	env  []string // beyond what every program gets
}

// start starts a program. At the end of the test it is killed if it still
// runs, and what it wrote is shown if the test failed.
func start(t *testing.T, c command) *process {
	t.Helper()
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	p := &process{cmd: exec.CommandContext(ctx, c.path, c.args...), ended: make(chan struct{})}
	p.cmd.Dir = c.dir
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "TZ=UTC", "GORACE=atexit_sleep_ms=0"}, c.env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		kill()
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is what tests ask for
		close(p.ended)
	}()
	t.Cleanup(func() {
		kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s %s\nstdout:\n%s\nstderr:\n%s", c.path, strings.Join(c.args, " "), &p.stdout, &p.stderr)
		}
	})
	return p
}

// exitCode waits for the end.
func (p *process) exitCode(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("%s still runs after %s", p.cmd.Path, patience)
		return -1
	}
}

// running reports whether the process was started and has not ended; p may be nil.
func (p *process) running() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatalf("signal %s to %s: %v", s, p.cmd.Path, err)
	}
}

// stop asks the process to end and wants it to say that all is well.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	if code := p.exitCode(t); code != 0 {
		t.Errorf("%s: exit code %d after SIGTERM, want 0", p.cmd.Path, code)
	}
}

// listening matches what both tocsin and Prometheus say of their port.
var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// address waits until the process listens and returns where.
func (p *process) address(t *testing.T) string {
	t.Helper()
	var address string
	waitFor(t, p.cmd.Path+" listens", func() bool {
		if !p.running() {
			t.Fatalf("%s ended with exit code %d before it listened", p.cmd.Path, p.exitCode(t))
		}
		if found := listening.FindStringSubmatch(p.stderr.String()); found != nil {
			address = found[1]
		}
		return address != ""
	})
	return address
}
