package cluster

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

// group is some replicas in a bubble.
type group struct {
	t     *testing.T
	net   *clustertest.Network
	nodes []*node
	peers []string // what each is told of the others
}

// node is one replica with two states.
type node struct {
	*Peer
	address  string
	silences *table
	alerts   *table
	small    *Channel
	bulk     *Channel
	logs     *syncBuffer
	registry *prometheus.Registry
	stop     func()
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func address(i int) string { return fmt.Sprintf("10.0.0.%d:9094", i+1) }

// bubble runs a test with a network whose chances depend on the seed. At the end
// all replicas are stopped and their last timers awaited.
func bubble(t *testing.T, test func(t *testing.T, g *group)) {
	clustertest.Bubble(t, func(t *testing.T) {
		const seed = 42
		g := &group{t: t, net: clustertest.New(rand.New(rand.NewPCG(seed, seed)))}
		defer func() {
			for _, n := range g.nodes {
				n.stop()
			}
			time.Sleep(time.Minute)
		}()
		test(t, g)
	})
}

// start adds a replica at an address and runs it.
func (g *group) start(name, at string, change ...func(*Options)) *node {
	g.t.Helper()
	n := g.build(name, at, change...)
	n.run(g.t)
	g.nodes = append(g.nodes, n)
	return n
}

func (g *group) build(name, at string, change ...func(*Options)) *node {
	g.t.Helper()
	n := &node{
		address: at, silences: newTable(64), alerts: newTable(1024),
		logs: &syncBuffer{}, registry: prometheus.NewRegistry(), stop: func() {},
	}
	o := Options{
		Name: name, Peers: g.peers, Version: "1.2.3", SettleTimeout: time.Minute,
		Transport: g.net.Listen(at), Resolver: noResolver{},
		Logger: log.NewLogfmtLogger(n.logs), Registerer: n.registry,
	}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		g.t.Fatal(err)
	}
	n.Peer = p
	n.small = p.Share("sil", n.silences)
	n.bulk = p.Share("alerts", n.alerts)
	return n
}

func (n *node) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := n.Run(ctx); err != nil {
			t.Errorf("%s: %v", n.Name(), err)
		}
	}()
	n.stop = func() {
		cancel()
		<-ended
	}
}

// startAll starts replicas a, b, … that know each other's addresses.
func (g *group) startAll(count int, change ...func(*Options)) []*node {
	g.t.Helper()
	for i := range count {
		g.peers = append(g.peers, address(i))
	}
	for i := range count {
		g.start(string(rune('a'+i)), address(i), change...)
	}
	return g.nodes
}

// crash ends a replica at once and without a goodbye.
func (g *group) crash(n *node) {
	g.net.Crash(n.address)
	go n.stop()
	for i, other := range g.nodes {
		if other == n {
			g.nodes = append(g.nodes[:i], g.nodes[i+1:]...)
			return
		}
	}
}

func names(p *Peer) string {
	var list []string
	for _, m := range p.Members() {
		list = append(list, m.Name)
	}
	return strings.Join(list, " ")
}

// eventually waits for a condition and returns how long it took.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for synctest.Wait(); !ok(); synctest.Wait() {
		if time.Since(start) > limit {
			t.Fatalf("not after %s: %s", limit, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(start)
}

func (g *group) together(limit time.Duration) {
	g.t.Helper()
	eventually(g.t, limit, "all replicas see each other", func() bool {
		for _, n := range g.nodes {
			if len(n.Members()) != len(g.nodes) {
				return false
			}
		}
		return true
	})
}

func (g *group) equal(limit time.Duration) time.Duration {
	g.t.Helper()
	return eventually(g.t, limit, "all replicas hold the same", func() bool {
		for _, n := range g.nodes[1:] {
			if !slices.Equal(n.silences.Digest(), g.nodes[0].silences.Digest()) || !slices.Equal(n.alerts.Digest(), g.nodes[0].alerts.Digest()) {
				return false
			}
		}
		return true
	})
}

func (n *node) metric(t *testing.T, name string) float64 {
	t.Helper()
	families, err := n.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum, found := 0.0, false
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			found = true
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	if !found {
		t.Fatalf("no metric %s", name)
	}
	return sum
}

func (n *node) logged(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(n.logs.String(), text) {
			t.Errorf("%s has not logged %s", n.Name(), text)
		}
	}
}

func (n *node) notLogged(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(n.logs.String(), text) {
		t.Errorf("%s has logged %s", n.Name(), text)
	}
}

// noResolver knows no names.
type noResolver struct{}

func (noResolver) LookupIPAddr(_ context.Context, host string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// nameServer is a resolver whose answers change.
type nameServer struct {
	mu    sync.Mutex
	hosts map[string][]string
	asked int
}

func (s *nameServer) set(host string, ips ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts == nil {
		s.hosts = make(map[string][]string)
	}
	s.hosts[host] = ips
}

func (s *nameServer) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	ips, known := s.hosts[host]
	if !known {
		return noResolver{}.LookupIPAddr(ctx, host)
	}
	var list []net.IPAddr
	for _, ip := range ips {
		list = append(list, net.IPAddr{IP: net.ParseIP(ip)})
	}
	return list, nil
}
