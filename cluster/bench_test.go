//go:build unix

package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

// fleet is some replicas outside of a bubble, over a network in memory.
type fleet struct {
	b     *testing.B
	net   *clustertest.Network
	nodes []*node
	stop  func()
}

// newFleet runs replicas with some records from the start.
func newFleet(b *testing.B, count int, fill func(i int, n *node), change ...func(i int, o *Options)) *fleet {
	b.Helper()
	f := &fleet{b: b, net: clustertest.New(rand.New(rand.NewPCG(1, 2)))}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	f.stop = func() {
		cancel()
		running.Wait()
	}
	var peers []string
	for i := range count {
		peers = append(peers, address(i))
	}
	for i := range count {
		n := &node{silences: newTable(64), alerts: newTable(1024)}
		o := Options{
			Name: fmt.Sprint("replica", i), Peers: peers, Transport: f.net.Listen(address(i)), Resolver: noResolver{},
			SettleTimeout: time.Minute,
		}
		for _, c := range change {
			c(i, &o)
		}
		p, err := New(o)
		if err != nil {
			b.Fatal(err)
		}
		n.Peer, n.small, n.bulk = p, p.Share("sil", n.silences), p.Share("alerts", n.alerts)
		fill(i, n)
		f.nodes = append(f.nodes, n)
	}
	for _, n := range f.nodes {
		running.Go(func() { _ = n.Run(ctx) })
	}
	return f
}

func (f *fleet) wait(ok func(n *node) bool) {
	f.b.Helper()
	for start := time.Now(); slices.ContainsFunc(f.nodes, func(n *node) bool { return !ok(n) }); time.Sleep(500 * time.Microsecond) {
		if time.Since(start) > time.Minute {
			f.b.Fatal("not after a minute")
		}
	}
}

func (f *fleet) settled() {
	f.wait(func(n *node) bool { return n.Ready() && len(n.Members()) == len(f.nodes) })
	time.Sleep(calm()) // gossip about the joining dies down
	f.net.Traffic()
}

// calm is how long to wait until what replicas say to each other anyway is all that
// they say. With -short it is only seen whether the benchmarks work.
func calm() time.Duration {
	if testing.Short() {
		return 10 * time.Millisecond
	}
	return 3 * time.Second
}

func (f *fleet) bytes() float64 {
	t := f.net.Traffic()
	return float64(t.PacketBytes + t.StreamBytes)
}

// cpuSeconds is what the process has used so far.
func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// measured reports what a run of records has cost beyond what the replicas say
// to each other anyway.
func (f *fleet) measured(run func() (records int)) {
	time.Sleep(calm())
	idle := f.bytes() / calm().Seconds()
	cpu, start := cpuSeconds(), time.Now()
	records := float64(run())
	f.b.StopTimer()
	cpu = cpuSeconds() - cpu
	time.Sleep(calm()) // gossip about them dies down
	used := f.bytes() - idle*time.Since(start).Seconds()
	f.b.ReportMetric(used/records, "B/record")
	f.b.ReportMetric(used/records/float64(len(f.nodes)-1), "B/record/peer")
	f.b.ReportMetric(cpu/records*1e6, "cpu-µs/record")
	f.b.ReportMetric(idle, "idle-B/s")
}

// BenchmarkReplicateAlerts streams alerts of 300 bytes, as many as arrive at once.
// An op is one alert, here and at all others.
func BenchmarkReplicateAlerts(b *testing.B) {
	for _, count := range []int{3, 9} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			f := newFleet(b, count, func(int, *node) {})
			defer f.stop()
			f.settled()
			text, a := noise(300), f.nodes[0]
			f.measured(func() int {
				i := 0
				for ; b.Loop(); i++ {
					a.bulk.Stream(a.alerts.Put(fmt.Sprint(i), 1, text))
					if i%1000 == 999 {
						f.wait(func(n *node) bool { return n.alerts.count() > i-1000 })
					}
				}
				f.wait(func(n *node) bool { return n.alerts.count() == i })
				return i
			})
		})
	}
}

// BenchmarkReplicateSilences tells of silences of 300 bytes one by one. An op is
// one silence from here to all others.
func BenchmarkReplicateSilences(b *testing.B) {
	for _, count := range []int{3, 9} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			f := newFleet(b, count, func(int, *node) {})
			defer f.stop()
			f.settled()
			f.replicateSilences()
		})
	}
}

func (f *fleet) replicateSilences() {
	text, first := noise(300), f.nodes[0]
	f.measured(func() int {
		i := 0
		for ; f.b.Loop(); i++ {
			k := fmt.Sprint(i)
			first.small.Broadcast(k, first.silences.Put(k, 1, text))
			f.wait(func(n *node) bool { return n.silences.count() > i })
		}
		return i
	})
}

// BenchmarkSync joins two replicas with 100,000 alerts of 300 bytes of which 10
// differ. An op is everything from the first contact until they are equal.
func BenchmarkSync(b *testing.B) {
	const records, differ = 100_000, 10
	bytes, streams, n := 0.0, 0, 0
	for b.Loop() {
		b.StopTimer()
		f := newFleet(b, 2, func(r int, n *node) {
			text := strings.Repeat("x", 300)
			for i := range records {
				version := uint64(1)
				if i < differ && i%2 == r {
					version = 2
				}
				n.alerts.Put(fmt.Sprint(i), version, text)
			}
		})
		b.StartTimer()
		f.wait(func(n *node) bool {
			return n.Ready() && len(n.Members()) == 2 && slices.Equal(n.alerts.Digest(), f.nodes[0].alerts.Digest())
		})
		b.StopTimer()
		t := f.net.Traffic()
		bytes, streams, n = bytes+float64(t.PacketBytes+t.StreamBytes), streams+t.Streams, n+1
		f.stop()
		b.StartTimer()
	}
	b.ReportMetric(bytes/float64(n), "B/sync")
	b.ReportMetric(float64(streams)/float64(n), "streams/sync")
	b.ReportMetric(records*300, "B/everything")
}

// BenchmarkReplicateOverTLS is BenchmarkReplicateSilences of three replicas over
// TLS, where every stream begins with a handshake, and takes up a session if it can.
func BenchmarkReplicateOverTLS(b *testing.B) {
	a := newAuthority(b)
	f := newFleet(b, 3, func(int, *node) {}, func(i int, o *Options) { o.TLS = resumed(a.identity(b, ipOf(i))) })
	defer f.stop()
	f.settled()
	f.replicateSilences()
}

func resumed(i *identity) *TLS {
	server, _ := i.tls().Server()
	client, _ := i.tls().Client()
	client.ClientSessionCache = tls.NewLRUClientSessionCache(64)
	return &TLS{
		Server: func() (*tls.Config, error) { return server, nil },
		Client: func() (*tls.Config, error) { return client, nil },
	}
}
