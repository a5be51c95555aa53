package notify

import (
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	var b breaker
	now := noon
	fail := func() bool { return b.done(now, unreached) }
	for i := range breakAfter - 1 {
		if b.wait(now) != 0 || fail() {
			t.Fatalf("open after %d failures", i+1)
		}
	}
	if !fail() || !b.open() {
		t.Fatal("not open after so many failures in a row")
	}
	for _, pause := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		pause *= time.Second
		if wait := b.wait(now); wait != pause {
			t.Fatalf("waits %s, want %s", wait, pause)
		}
		fail() // of an attempt that began before
		now = now.Add(pause)
		if wait := b.wait(now); wait != 0 {
			t.Fatalf("no probe after the pause, but %s later", wait)
		}
		if b.wait(now) == 0 {
			t.Fatal("two probes at once")
		}
		if fail() {
			t.Fatal("a probe that fails changes nothing")
		}
	}
	now = now.Add(longestPause)
	if b.wait(now) != 0 {
		t.Fatal("no probe")
	}
	b.done(now, unneeded) // there was nothing to tell
	if b.wait(now) != 0 {
		t.Fatal("a probe that was not made keeps others from being")
	}
	if !b.done(now, reached) || b.open() || b.wait(now) != 0 {
		t.Error("not closed by the first success")
	}
}
