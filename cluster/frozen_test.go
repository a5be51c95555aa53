package cluster

import (
	"testing"
	"testing/synctest"
	"time"
)

// A replica that was frozen knows what its peers know before it goes on.
func TestFrozen(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a, b := nodes[0], nodes[1]
		g.together(3 * time.Second)
		time.Sleep(time.Minute)
		if a.CatchingUp() {
			t.Error("catching up, and was not frozen")
		}

		b.alerts.Put("told", 1, "meanwhile") // not passed on: as if a had not listened
		freeze(a, frozenAfter+time.Millisecond)
		if !a.CatchingUp() {
			t.Fatal("not catching up after it was frozen")
		}
		took := eventually(t, time.Second, "it has caught up", func() bool { return !a.CatchingUp() })
		if got := a.alerts.get("told"); got != "meanwhile" {
			t.Errorf("caught up after %s without what b knows", took)
		}
	})
}

// Whoever does not answer is not waited for.
func TestFrozenAndAlone(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2)
		a := nodes[0]
		g.together(3 * time.Second)
		g.net.Stall(nodes[1].address, true)
		freeze(a, time.Hour)
		start := time.Now()
		for a.CatchingUp() {
			time.Sleep(10 * time.Millisecond)
			synctest.Wait()
		}
		if took := time.Since(start); took == 0 || took > catchUpLimit {
			t.Errorf("caught up after %s, want %s at most", took, catchUpLimit)
		}
		g.net.Stall(nodes[1].address, false)
	})
}

// freeze lets it seem that a replica has not run for a while.
func freeze(n *node, d time.Duration) {
	n.pulse.mu.Lock()
	defer n.pulse.mu.Unlock()
	n.pulse.last = n.pulse.last.Add(-d)
}
