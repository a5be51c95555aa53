package cluster

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slowServer is a name server that has no answer for one host.
type slowServer struct {
	*nameServer
	hangs string
}

func (s slowServer) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	if host == s.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.nameServer.LookupIPAddr(ctx, host)
}

func TestANameWithoutAnAnswerCostsNoOther(t *testing.T) {
	bubble(t, func(_ *testing.T, g *group) {
		dns := &nameServer{}
		dns.set("b", "10.0.0.2")
		g.start("b", address(1))
		g.start("a", address(0), func(o *Options) {
			o.Peers, o.Resolver = []string{"hangs:9094", "b:9094"}, slowServer{dns, "hangs"}
		})
		g.together(16 * time.Second)
	})
}

func TestTheNameToAdvertiseIsKnownLate(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		dns := &nameServer{}
		time.AfterFunc(10*time.Second, func() { dns.set("pod-0.replicas", "10.0.0.1") })
		a := g.start("a", address(0), func(o *Options) { o.AdvertiseAddress, o.Resolver = "pod-0.replicas:9094", dns })
		eventually(t, 12*time.Second, "it has begun", func() bool { return len(a.Members()) == 1 })
		if got := a.Peer.address(); got != address(0) {
			t.Errorf("advertised %s", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p, err := New(Options{AdvertiseAddress: "never:9094", ListenAddress: "127.0.0.1:0", Resolver: noResolver{}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), `look up "never"`) || time.Since(start) != 15*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestTheFamilyOfTheAddressToAdvertise(t *testing.T) {
	dns := &nameServer{}
	dns.set("both", "10.0.0.1", "fd00::1")
	for listen, want := range map[string]string{
		"0.0.0.0:9094": "10.0.0.1", ":9094": "10.0.0.1", "[::]:9094": "fd00::1", "[fd00::1]:9094": "fd00::1", "10.0.0.1:9094": "10.0.0.1",
	} {
		o := Options{ListenAddress: listen, AdvertiseAddress: "both:9094", Resolver: dns}
		if host, _, err := o.advertised(t.Context()); host != want || err != nil {
			t.Errorf("%s: %s, %v", listen, host, err)
		}
	}
}

// TestPodsThatChangeAddresses has a name whose addresses are all new after a while,
// as those of a StatefulSet whose pods were restarted one by one.
func TestPodsThatChangeAddresses(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		dns := &nameServer{}
		dns.set("replicas", "fd00::1", "fd00::2", "fd00::3")
		resolve := func(o *Options) { o.Peers, o.Resolver = []string{"replicas:9094"}, dns }
		at := map[string]string{"a": "[fd00::1]:9094", "b": "[fd00::2]:9094", "c": "[fd00::3]:9094"}
		nodes := map[string]*node{}
		for _, name := range []string{"a", "b", "c"} {
			nodes[name] = g.start(name, at[name], resolve)
		}
		g.together(5 * time.Second)
		for i, name := range []string{"a", "b", "c"} {
			g.crash(nodes[name])
			time.Sleep(20 * time.Second)
			next := []string{"fd00::a", "fd00::b", "fd00::c"}[:i+1]
			dns.set("replicas", append(slices.Clip(next), []string{"fd00::2", "fd00::3"}[min(i, 2):]...)...)
			nodes[name] = g.start(name, net.JoinHostPort(next[i], "9094"), resolve)
			g.together(refreshInterval + 5*time.Second)
		}
		time.Sleep(refreshInterval + time.Second)
		for _, n := range g.nodes {
			if got := n.roster.absentees(); got != 0 {
				t.Errorf("%s misses %d", n.Name(), got)
			}
		}
		nodes["a"].small.Broadcast("s", nodes["a"].silences.Put("s", 1, "x"))
		g.equal(3 * time.Second)
	})
}
