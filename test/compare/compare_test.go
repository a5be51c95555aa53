package compare_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// timelines are all that are played.
func timelines() []timeline {
	return slices.Concat(groupingTimelines(), routingTimelines(), resolveTimelines(), silenceTimelines(),
		inhibitTimelines(), intervalTimelines(), retryTimelines(), reloadTimelines(), restartTimelines(), apiTimelines())
}

// explanations are all differences that may be.
func explanations() []explanation { return slices.Concat(explainedByDesign(), explainedByVersion()) }

func TestCompare(t *testing.T) {
	both := findPrograms(t)
	for _, tl := range timelines() {
		t.Run(tl.name, func(t *testing.T) {
			t.Parallel()
			found := playBoth(t, both, tl)
			unexplained, gone := judge(tl.name, found, explanations())
			report(t, unexplained, gone)
		})
	}
}

// playBoth plays a timeline against both programs at the same time.
func playBoth(t *testing.T, both programs, tl timeline) []difference {
	t.Helper()
	sides := make([]*side, 2)
	for i, program := range []string{both.alertmanager, both.tocsin} {
		dir := filepath.Join(t.TempDir(), filepath.Base(program))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		s, err := open(t.Context(), program, dir, tl)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			s.process.kill()
			if t.Failed() {
				t.Logf("%s:\n%s", program, s.process.log)
			}
		})
		sides[i] = s
	}
	// Silences are compared by the second: none may begin at the end of one.
	base := time.Now().Add(350 * time.Millisecond).UTC().Truncate(250 * time.Millisecond)
	played := make(chan error)
	for _, s := range sides {
		go func() { played <- s.play(tl, base) }()
	}
	for range sides {
		if err := <-played; err != nil {
			t.Error(err)
		}
	}
	alertmanager, tocsin := sides[0].close(), sides[1].close()
	for name, list := range streams(base, alertmanager.heard) {
		for _, n := range list {
			t.Logf("Alertmanager told %s %s", name, n.show(0))
		}
	}
	return compareRecords(tl, base, alertmanager, tocsin)
}
