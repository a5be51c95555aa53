package event

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// opened returns a file output and a function that writes one line to it.
func opened(t *testing.T) (b *bench, path string, write func(line string)) {
	t.Helper()
	b = newBench(t)
	path = filepath.Join(t.TempDir(), "events.jsonl")
	f, err := openFile(path, &tally{output: "file", metrics: b.metrics, logger: b.o.Logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.close(t.Context()) })
	return b, path, func(line string) { f.write(record{"x", []byte(line)}) }
}

func TestFileIsAppendedTo(t *testing.T) {
	b, path, write := opened(t)
	write("1")
	if err := os.WriteFile(path, []byte("other\n"), 0o644); err != nil { // as copytruncate does
		t.Fatal(err)
	}
	write("2")
	if got := read(t, path); got != "other\n2\n" {
		t.Errorf("the file has %q", got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o600 != 0o600 || info.Mode().Perm()&^0o644 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if diff := cmp.Diff(map[string]float64{"x file success": 2}, b.counts("events_recorded_total")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{"x file": 2}, b.counts("event_recorder_bytes_written_total")); diff != "" {
		t.Error(diff)
	}
}

func TestFileFollowsRotation(t *testing.T) {
	for name, rotate := range map[string]func(path string) error{
		"renamed": func(path string) error { return os.Rename(path, path+".1") },
		"removed": os.Remove,
		"replaced": func(path string) error {
			if err := os.Rename(path, path+".1"); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, path, write := opened(t)
			write("1")
			if err := rotate(path); err != nil {
				t.Fatal(err)
			}
			write("2")
			write("3")
			if got := read(t, path); got != "2\n3\n" {
				t.Errorf("the new file has %q", got)
			}
			if old, err := os.ReadFile(path + ".1"); err == nil && string(old) != "1\n" {
				t.Errorf("the old file has %q", old)
			}
		})
	}
}

func TestFileThatCannotBeReopened(t *testing.T) {
	b, path, write := opened(t)
	dir := filepath.Dir(path)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	write("lost")
	write("lost")
	if diff := cmp.Diff(map[string]float64{"x file error": 2}, b.counts("events_recorded_total")); diff != "" {
		t.Error(diff)
	}
	if n := countLines(b.log.String()); n != 1 {
		t.Errorf("%d lines in the log, want one for the same problem: %s", n, &b.log)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write("again")
	if got := read(t, path); got != "again\n" {
		t.Errorf("the file has %q", got)
	}
}

func countLines(s string) (n int) {
	for _, c := range s {
		if c == '\n' {
			n++
		}
	}
	return n
}

func TestATornLineEndsBeforeTheNext(t *testing.T) {
	b := newBench(t)
	path := filepath.Join(t.TempDir(), "events")
	f, err := openFile(path, &tally{output: "file", metrics: b.metrics, logger: b.o.Logger})
	if err != nil {
		t.Fatal(err)
	}
	defer f.close(t.Context())
	if _, err := f.f.WriteString(`{"to`); err != nil {
		t.Fatal(err)
	}
	f.torn = true // as after a disk that was full
	f.write(record{"x", []byte("1")})
	f.write(record{"x", []byte("2")})
	if got := read(t, path); got != "{\"to\n1\n2\n" {
		t.Errorf("the file has %q", got)
	}
}
