package cluster

import (
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

// When the network heals, the other side brings word that members of this one are
// dead. They are not, and it stays their turn.
func TestPlacesAfterAHeal(t *testing.T) {
	for i := range 60 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			bubble(t, func(t *testing.T, g *group) {
				nodes := g.startAll(3 + i%3)
				g.together(3 * time.Second)
				time.Sleep(time.Duration(i) * 37 * time.Millisecond)
				g.net.Split([]string{nodes[0].address, nodes[1].address})
				time.Sleep(4*time.Second + time.Duration(i)*101*time.Millisecond)
				g.net.Heal()
				healed := time.Now()
				for time.Since(healed) < 20*time.Second {
					time.Sleep(10 * time.Millisecond)
					if !near(nodes[0], nodes[1]) || !near(nodes[1], nodes[0]) {
						t.Fatalf("%s after the heal one of those that were together has lost the other", time.Since(healed))
					}
				}
			})
		})
	}
}

// near reports whether a takes turns with b.
func near(a, b *node) bool {
	return slices.Contains(a.roster.candidates(), candidate{name: b.Name()})
}

func TestDoubted(t *testing.T) {
	const patience = 2500 * time.Millisecond
	for name, c := range map[string]struct {
		silent  time.Duration // before it was declared dead
		leaving bool
		back    bool          // it joins again
		heard   bool          // of it, half a second after it was declared dead
		after   time.Duration // from when it was declared dead
		want    int           // candidates
	}{
		"just heard of":          {after: time.Second, want: 1},
		"and nothing since":      {after: 3 * time.Second},
		"to the end of the time": {silent: 2 * time.Second, after: 500 * time.Millisecond, want: 1},
		"and beyond":             {silent: 2 * time.Second, after: 501 * time.Millisecond},
		"not heard of for long":  {silent: 3 * time.Second},
		"heard of again":         {silent: 2 * time.Second, heard: true, after: 3 * time.Second, want: 1},
		"heard of too long ago":  {silent: 2 * time.Second, heard: true, after: 4 * time.Second},
		"it said goodbye":        {leaving: true},
		"it is back":             {back: true, after: time.Second, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				node := memberlist.Node{Name: "b", Addr: net.IPv4(10, 0, 0, 2), Port: 9094}
				r := newRoster("a")
				r.join(&member{node: node, out: &outbox{}})
				r.update("b", func(m *member) { m.leaving = c.leaving })
				time.Sleep(c.silent)
				dead := time.Now()
				r.leave("b", patience)
				if c.back {
					r.join(&member{node: node, out: &outbox{}})
				}
				if c.heard {
					time.Sleep(500 * time.Millisecond)
					r.hear("b")
				}
				time.Sleep(time.Until(dead.Add(c.after)))
				changed, before := r.changes(), len(r.candidates())
				r.round(time.Now(), time.Second, 500*time.Millisecond)
				if got := r.candidates(); len(got) != c.want {
					t.Errorf("candidates %v, want %d", got, c.want)
				}
				select {
				case <-changed:
					if before == c.want {
						t.Error("who waits was woken for nothing")
					}
				default:
					if before != c.want {
						t.Error("who waits was not woken")
					}
				}
			})
		})
	}
}
