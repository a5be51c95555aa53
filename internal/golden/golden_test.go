package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// shout is what the archives in testdata are about.
func shout(_ *testing.T, in map[string]string) map[string]string {
	out := make(map[string]string, len(in))
	for name, text := range in {
		out[name] = strings.ToUpper(text)
	}
	return out
}

func TestRun(t *testing.T) {
	seen := false
	Run(t, "testdata", func(t *testing.T, in map[string]string) map[string]string {
		seen = true
		return shout(t, in)
	})
	if !seen {
		t.Error("no case was run")
	}
}

func TestUpdate(t *testing.T) {
	const (
		before = "why\n-- a --\none\n-- want/gone --\nx\n-- want/a --\nold\n-- b --\ntwo\n"
		after  = "why\n-- a --\none\n-- want/a --\nONE\n-- b --\ntwo\n-- want/b --\nTWO\n"
	)
	path := filepath.Join(t.TempDir(), "case.txtar")
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	file(t, path, true, shout)
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after, string(got)); diff != "" {
		t.Errorf("rewritten archive (-want +got):\n%s", diff)
	}
	file(t, path, false, shout)
}

func TestSplit(t *testing.T) {
	in, want := split(txtar.Parse([]byte("-- a --\none\n-- want/a --\nONE\n-- want/empty --\n-- want/open --\nend")))
	if diff := cmp.Diff(map[string]string{"a": "one\n"}, in); diff != "" {
		t.Errorf("input (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "ONE\n", "open": "end\n"}, want); diff != "" {
		t.Errorf("expected (-want +got):\n%s", diff)
	}
}

func TestNormal(t *testing.T) {
	got := normal(map[string]string{"none": "", "open": "x", "closed": "x\n", "blank": "x\n\n"})
	want := map[string]string{"open": "x\n", "closed": "x\n", "blank": "x\n\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFits(t *testing.T) {
	tests := map[string]bool{
		"plain\n":              true,
		"-- not a marker\n":    true,
		"a\n-- marker --\nb\n": false,
	}
	for text, want := range tests {
		if got := fits(text); got != want {
			t.Errorf("fits(%q) = %v, want %v", text, got, want)
		}
	}
}
