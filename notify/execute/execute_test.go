//go:build unix

package execute

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "command: [/bin/true]",
		Required: []string{"command"},
		Local:    true,
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{Dir: "/etc/tocsin"})
}

func TestConfig(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"program", "command: [/bin/page]", ""},
		{"arguments", "command: [/bin/page, --to, '', '{}']", ""},
		{"relative", "command: [bin/page]", ""},
		{"variables", "{command: [/p], env: {TOCSIN_A: '{{ .Status }}', TOCSIN_b_1: ''}}", ""},
		{"codes", "{command: [/p], retry_exit_codes: [1, 255]}", ""},
		{"no codes", "{command: [/p], retry_exit_codes: []}", ""},
		{"nothing", "{}", "command, a program and its arguments, must be configured"},
		{"no program", "command: []", "command, a program"},
		{"empty program", "command: ['', x]", "command, a program"},
		{"text", "command: /bin/page --all", "command"},
		{"name", "command: [page]", `command[0]: "page" is not a path`},
		{"template", "command: [/bin/page, '--to={{ .Receiver }}']", "command[1]: not a template"},
		{"template as program", "command: ['/bin/{{ .Receiver }}']", "command[0]: not a template"},
		{"zero byte", `command: [/bin/page, "a\0b"]`, "command[1]: has a zero byte"},
		{"PATH", "{command: [/p], env: {PATH: x}}", `env: "PATH" must be TOCSIN_`},
		{"LD_PRELOAD", "{command: [/p], env: {LD_PRELOAD: x}}", `env: "LD_PRELOAD" must be TOCSIN_`},
		{"assignment", "{command: [/p], env: {'TOCSIN_A=b': x}}", "must be TOCSIN_"},
		{"prefix alone", "{command: [/p], env: {TOCSIN_: x}}", "must be TOCSIN_"},
		{"code 0", "{command: [/p], retry_exit_codes: [75, 0]}", "retry_exit_codes[1]: 0 is not from 1 to 255"},
		{"code 256", "{command: [/p], retry_exit_codes: [256]}", "retry_exit_codes[0]: 256 is not"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{command: [bin/page, -v], working_dir: work, env: {TOCSIN_A: b}}")
	if err != nil {
		t.Fatal(err)
	}
	if c.AttemptTimeout() != 30*time.Second {
		t.Errorf("a program has %s, want 30s", c.AttemptTimeout())
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
timeout: 30s
command:
    - /etc/tocsin/bin/page
    - -v
env:
    TOCSIN_A: b
working_dir: /etc/tocsin/work
retry_exit_codes:
    - 75
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

// open is a sender for a shell script.
func openScript(t *testing.T, logger log.Logger, script string) notify.Sender {
	t.Helper()
	text, err := yaml.Marshal(map[string]any{"command": []string{"/bin/sh", "-c", script}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := decode(string(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{AllowExec: true, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNotAllowed(t *testing.T) {
	c, err := decode("command: [/bin/true]")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Open(notify.Deps{}); err == nil || !strings.Contains(err.Error(), "--notify.enable-exec") {
		t.Errorf("error %v, want one that names the flag", err)
	}
	if Kind().Flag != "notify.enable-exec" {
		t.Errorf("the kind asks for --%s", Kind().Flag)
	}
}

// A program that hangs is killed, and what it has started with it.
func TestKilledTogether(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := openScript(t, nil, "exec 3>"+pipe+"; echo hanging; sleep 1000 & echo started >&3; wait")
	sent := make(chan error, 1)
	go func() { sent <- s.Send(ctx, receivertest.Notification(t, "bare")) }()
	// Shell and child hold the other end of the pipe: reading ends when both are
	// dead.
	r, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	started := make([]byte, len("started\n"))
	if _, err := io.ReadFull(r, started); err != nil {
		t.Fatal(err)
	}
	cancel()
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v after the program should have ended", rest, err)
	}
	err = <-sent
	if !errors.Is(err, context.Canceled) || permanent(err) || !strings.Contains(err.Error(), "hanging") {
		t.Errorf("error %v, want one that was cancelled and says what was printed", err)
	}
}

// What a program leaves running does not hold up its notification.
func TestLeftRunning(t *testing.T) {
	var logged bytes.Buffer
	s := openScript(t, log.NewLogfmtLogger(&logged), "sleep 3 &")
	if err := s.Send(t.Context(), receivertest.Notification(t, "bare")); err != nil {
		t.Errorf("error %v of a program that ended well", err)
	}
	if !strings.Contains(logged.String(), "level=debug") {
		t.Errorf("the log does not have the output: %s", &logged)
	}
}

func TestOutputIsBounded(t *testing.T) {
	s := openScript(t, nil, `i=0; while [ $i -lt 9000 ]; do echo "line $i: 語語語語語語語語"; i=$((i+1)); done; echo the end; exit 3`)
	err := s.Send(t.Context(), receivertest.Notification(t, "bare"))
	if err == nil || !permanent(err) {
		t.Fatalf("error %v, want a permanent one", err)
	}
	text := err.Error()
	if len(text) > shownOutput+100 || !strings.HasSuffix(text, "the end") || !strings.HasPrefix(text, "program ended: exit status 3: …") {
		t.Errorf("%d bytes of error: %s", len(text), text)
	}
}

func TestTail(t *testing.T) {
	for _, test := range []struct {
		name   string
		writes []string
		most   int
		want   string
	}{
		{"nothing", nil, 10, ""},
		{"short", []string{" a\n", "b\n"}, 10, "a\nb"},
		{"long", []string{"0123456789", "abc"}, 4, "…9abc"},
		{"half a character", []string{"語語"}, 4, "…語"},
		{"no UTF-8", []string{"a\xffb"}, 10, "ab"},
		{"larger than what is kept", []string{strings.Repeat("x", 3*maxOutput) + "end"}, 5, "…xxend"},
		{"many", append(slicesOf("0123456789", 30_000), "end"), 5, "…9\nend"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out tail
			for _, w := range test.writes {
				if n, err := out.Write([]byte(w)); n != len(w) || err != nil {
					t.Fatalf("wrote %d of %d bytes, error %v", n, len(w), err)
				}
			}
			if got := out.last(test.most); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if cap(out.kept) > 8*maxOutput {
				t.Errorf("%d bytes are kept", cap(out.kept))
			}
		})
	}
}

func slicesOf(text string, n int) []string {
	return strings.SplitAfter(strings.Repeat(text+"\n", n), "\n")
}

// The system starts programs with variables of any content.
func TestVariables(t *testing.T) {
	s := sender{Config: defaults()}
	s.Env = nil
	n := receivertest.Notification(t, "bare")
	n.GroupKey = strings.Repeat("g", 1<<20) + "\x00"
	n.Receiver = "a\x00b"
	env := s.environment(n)
	for _, v := range env {
		if len(v) > maxValue+100 || strings.ContainsRune(v, 0) {
			t.Errorf("%d bytes: %.60q", len(v), v)
		}
	}
	if !strings.Contains(strings.Join(env, "\n"), "TOCSIN_RECEIVER=a\uFFFDb\n") {
		t.Errorf("no receiver in %.300q", env)
	}
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}
