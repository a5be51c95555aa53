package clustertest

import (
	"runtime"
	"testing"
	"testing/synctest"
)

// Bubble is synctest.Test for tests with memberlist in them. With the race
// detector it has goroutines run one at a time: the detector's context for timers
// is one per bubble, and it crashes (Go 1.26) when two goroutines find at the same
// moment that their ticker is due, as those of memberlist do.
func Bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if raceDetector {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	synctest.Test(t, test)
}
