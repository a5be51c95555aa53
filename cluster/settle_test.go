package cluster

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

func settleTime(t *testing.T, n *node) time.Duration {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	if err := n.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if !n.Ready() || n.Status() != "ready" {
		t.Errorf("settled, and status is %q", n.Status())
	}
	return time.Since(start)
}

func TestSettle(t *testing.T) {
	peers := func(list ...string) func(*Options) { return func(o *Options) { o.Peers = list } }
	tests := []struct {
		name    string
		change  []func(*Options)
		prepare func(g *group)
		want    time.Duration
	}{
		{"no peers", nil, nil, 0},
		{"only itself", []func(*Options){peers(address(0))}, nil, 0},
		{"a peer that does not run is waited for a little", []func(*Options){peers(address(0), address(1))}, nil, absentGrace},
		{
			"a peer on the other side of a split",
			[]func(*Options){peers(address(0), address(1))},
			func(g *group) { g.start("b", address(1)); g.net.Split([]string{address(1)}) },
			absentGrace,
		},
		{
			"a peer that accepts and does not answer",
			[]func(*Options){peers(address(0), address(1))},
			func(g *group) { g.start("b", address(1)); g.net.Stall(address(1), true) },
			absentGrace,
		},
		{"a name without an address", []func(*Options){peers("nowhere:9094")}, nil, 15 * time.Second},
		{
			"the timeout is the limit",
			[]func(*Options){peers("nowhere:9094"), func(o *Options) { o.SettleTimeout = 5 * time.Second }},
			nil, 5 * time.Second,
		},
		{
			"no timeout, no waiting",
			[]func(*Options){peers("nowhere:9094"), func(o *Options) { o.SettleTimeout = 0 }},
			nil, 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, g *group) {
				if tt.prepare != nil {
					tt.prepare(g)
				}
				got := settleTime(t, g.start("a", address(0), tt.change...))
				if got < tt.want || got > tt.want+time.Second {
					t.Errorf("settled after %s, want %s", got, tt.want)
				}
			})
		})
	}
}

func TestSettleKnowsWhatPeersKnow(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.peers = []string{address(0), address(1), address(2)}
		b := g.start("b", address(1))
		c := g.start("c", address(2))
		g.together(3 * time.Second)
		for i := range 2000 {
			b.alerts.Put(string(rune('a'+i%26))+string(rune('0'+i)), 1, "only b knows")
		}
		c.silences.Put("s", 1, "only c knows")
		a := g.start("a", address(0))
		if took := settleTime(t, a); took > time.Second {
			t.Errorf("settling took %s", took)
		}
		if got := len(a.alerts.all()); got < 2000 {
			t.Errorf("settled with %d alerts", got)
		}
		if got := a.silences.get("s"); got != "only c knows" {
			t.Errorf("settled with the silence %q", got)
		}
	})
}

func TestSettleWithContext(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := g.start("a", address(0), func(o *Options) { o.Peers = []string{address(1)} })
		if a.Status() != "settling" || a.Ready() {
			t.Errorf("status %q", a.Status())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := a.Settle(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

// Replicas that know only the first of them hear of each other at different times:
// one asks another that does not know it yet, and must ask again.
func TestSettleWhenAllStartAtOnce(t *testing.T) {
	for seed := range uint64(20) {
		clustertest.Bubble(t, func(t *testing.T) {
			g := &group{t: t, net: clustertest.New(rand.New(rand.NewPCG(seed, 7))), peers: []string{address(0)}}
			for i, name := range []string{"a", "b", "c"} {
				n := g.build(name, address(i))
				n.run(t)
				g.nodes = append(g.nodes, n)
			}
			defer func() {
				for _, n := range g.nodes {
					n.stop()
				}
				time.Sleep(time.Minute)
			}()
			for _, n := range g.nodes {
				if took := settleTime(t, n); took > 2*time.Second {
					t.Errorf("seed %d: %s settled after %s", seed, n.Name(), took)
				}
			}
		})
	}
}
