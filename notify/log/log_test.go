package log

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{Config: "{}", Local: true})
}

func noon() time.Time {
	return time.Date(2026, time.March, 14, 12, 0, 0, 0, time.FixedZone("CET", 3600))
}

func notification(t *testing.T, receiver string, group alert.Labels, a *alert.Alert) *notify.Notification {
	t.Helper()
	templates, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return notify.NewNotification("key", template.Batch{
		Receiver:    receiver,
		Reason:      string(notify.ReasonFirst),
		Now:         noon(),
		GroupLabels: group,
		Alerts:      []*alert.Alert{a},
	}, templates)
}

func printed(t *testing.T, color bool, n *notify.Notification) string {
	t.Helper()
	var out bytes.Buffer
	if err := (sender{out: &out, color: color}).Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestZone(t *testing.T) {
	a := alert.New(alert.LabelsOf("alertname", "A", "host", "h1"))
	a.StartsAt = noon().Add(-time.Minute).UTC()
	got := printed(t, false, notification(t, "r", alert.LabelsOf("alertname", "A"), a))
	want := "12:00:00 FIRING:1 alertname=A → r (first notification)\n  ● host=h1, since 11:59:00\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLines(t *testing.T) {
	a := alert.New(alert.LabelsOf("alertname", "A"))
	a.StartsAt = noon()
	a.Annotations = alert.LabelsOf("empty", "", "note", "one\n\n  two\nthree\n\n")
	got := printed(t, false, notification(t, "r", alert.Labels{}, a))
	want := strings.Join([]string{
		"12:00:00 FIRING:1 {} → r (first notification)",
		"  ● alertname=A, since 12:00:00",
		"      empty: ",
		"      note: one",
		"        ",
		"          two",
		"        three",
		"",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// poisons are texts that would do something to a terminal.
func poisons() []string {
	return []string{
		"\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://evil\x1b\\", "a\rb", "\x08\x08", "\x00", "\x7f", "\x0e",
		"\u009b31m", "\x9b31m", "\xff", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u0085", "\t",
	}
}

// TestPoison puts each poison into every place that comes from outside.
func TestPoison(t *testing.T) {
	for _, poison := range poisons() {
		labels := alert.LabelsOf("alertname", poison, "name "+poison, "a "+poison, "x"+poison, "plain")
		a := alert.New(labels)
		a.StartsAt = noon()
		a.Annotations = alert.LabelsOf("note", "line\n"+poison+"line", poison+"name", "x")
		a.GeneratorURL = "http://prometheus/" + poison
		checkHarmless(t, poison, printed(t, false, notification(t, "r"+poison, alert.LabelsOf("alertname", poison), a)))
	}
}

func checkHarmless(t *testing.T, poison, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%q: the output is not UTF-8: %q", poison, out)
	}
	for _, r := range out {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%q: %q reaches the terminal: %q", poison, r, out)
		}
	}
	if lines := strings.Count(out, "\n"); lines != 6 {
		t.Errorf("%q: %d lines, want 6:\n%q", poison, lines, out)
	}
}

func FuzzClean(f *testing.F) {
	for _, poison := range poisons() {
		f.Add(poison)
	}
	f.Add("größe 日本 🔥")
	f.Fuzz(func(t *testing.T, text string) {
		for how, got := range map[string]string{"clean": clean(text), "quoted": quoted(text)} {
			if !utf8.ValidString(got) || strings.ContainsFunc(got, harmful) {
				t.Errorf("%s(%q) = %q, which is not harmless", how, text, got)
			}
		}
	})
}

func TestClean(t *testing.T) {
	tests := map[string]string{
		"plain":        "plain",
		"größe 日本 🔥":   "größe 日本 🔥",
		"it's \\n":     "it's \\n",
		"a\x1b[31mb":   `a\x1b[31mb`,
		"a\nb\tc":      `a\nb\tc`,
		"\u202eevil":   `\u202eevil`,
		"bad \x9b31m.": "bad \uFFFD31m.",
	}
	for text, want := range tests {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	tests := map[string]string{
		"":          `""`,
		"word":      "word",
		"two words": `"two words"`,
		`say "hi"`:  `"say \"hi\""`,
		"a\x1bb":    `a\x1bb`,
		"a b\x1b":   `"a b\x1b"`,
	}
	for value, want := range tests {
		if got := quoted(value); got != want {
			t.Errorf("quoted(%q) = %s, want %s", value, got, want)
		}
	}
}

// openTerminal opens one end of a pseudo-terminal.
func openTerminal(t *testing.T) *os.File {
	t.Helper()
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal to test with: %v", err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestColor(t *testing.T) {
	terminal := openTerminal(t)
	tests := []struct {
		name, color, env string
		out              io.Writer
		want             bool
	}{
		{"auto on a terminal", "auto", "", terminal, true},
		{"auto with NO_COLOR", "auto", "1", terminal, false},
		{"auto elsewhere", "auto", "", &bytes.Buffer{}, false},
		{"auto in a pipe", "auto", "", pipe(t), false},
		{"always with NO_COLOR", "always", "1", terminal, true},
		{"always elsewhere", "always", "", &bytes.Buffer{}, true},
		{"never on a terminal", "never", "", terminal, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.env)
			s, err := open(Config{Color: test.color}, notify.Deps{Stdout: test.out})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.(sender).color; got != test.want {
				t.Errorf("colours %v, want %v", got, test.want)
			}
		})
	}
}

func pipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(r.Close(), w.Close()) })
	return w
}

// writes counts calls of Write and fails all of them.
type writes struct{ n int }

func (w *writes) Write([]byte) (int, error) {
	w.n++
	return 0, io.ErrClosedPipe
}

func TestWriteError(t *testing.T) {
	var out writes
	err := sender{out: &out}.Send(t.Context(), receivertest.Notification(t, "many"))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want that of Write", err)
	}
	if out.n != 1 {
		t.Errorf("%d writes for a notification, want 1", out.n)
	}
}

func BenchmarkSend(b *testing.B) {
	n := receivertest.Notification(b, "many")
	s := sender{out: io.Discard, color: true}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Send(b.Context(), n); err != nil {
			b.Fatal(err)
		}
	}
}
