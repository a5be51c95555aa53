package compare_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTimelines checks what is played, without playing it.
func TestTimelines(t *testing.T) {
	seen := map[string]bool{}
	for _, tl := range timelines() {
		if seen[tl.name] {
			t.Errorf("timeline %q: there are two of that name", tl.name)
		}
		seen[tl.name] = true
		if !slices.IsSortedFunc(tl.steps, func(a, b step) int { return int(1000 * (a.at - b.at)) }) {
			t.Errorf("timeline %q: the steps are not in order", tl.name)
		}
		if len(tl.steps) == 0 || tl.steps[len(tl.steps)-1].at > tl.end {
			t.Errorf("timeline %q: it ends before its last step", tl.name)
		}
	}
	if len(seen) < 40 {
		t.Errorf("%d timelines, want 40 at least", len(seen))
	}
}

// TestExplanations checks that every explanation is about a timeline and gives a
// reason that is written down.
func TestExplanations(t *testing.T) {
	rows := readFile(t, "../../docs/differences.md")
	for _, e := range explanations() {
		if !slices.ContainsFunc(timelines(), func(tl timeline) bool { return tl.name == e.timeline }) {
			t.Errorf("timeline %q: explained, but there is none", e.timeline)
		}
		if e.reason != version && !strings.Contains(rows, "\n| "+e.reason+" |") {
			t.Errorf("timeline %q: reason %q is no row of docs/differences.md", e.timeline, e.reason)
		}
		if e.why == "" || len(e.what) == 0 {
			t.Errorf("timeline %q: the explanation does not say what and why", e.timeline)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
