package cluster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

func TestReplicasJoinAndConverge(t *testing.T) {
	for _, count := range []int{3, 5} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			bubble(t, func(t *testing.T, g *group) {
				nodes := g.startAll(count)
				g.together(3 * time.Second)
				for i, n := range nodes {
					key := fmt.Sprint("silence ", i)
					n.small.Broadcast(key, n.silences.Put(key, 1, "from "+n.Name()))
					key = fmt.Sprint("alert ", i)
					n.bulk.Stream(n.alerts.Put(key, 1, "from "+n.Name()))
				}
				g.equal(3 * time.Second)
				for i := range nodes {
					if got, want := nodes[0].silences.get(fmt.Sprint("silence ", i)), "from "+nodes[i].Name(); got != want {
						t.Errorf("silence %d: %q, want %q", i, got, want)
					}
				}
			})
		})
	}
}

func TestLossyNetworkConverges(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.net.Set(clustertest.Conditions{Loss: .3, Duplicate: .2, MinDelay: 5 * time.Millisecond, MaxDelay: 80 * time.Millisecond})
		nodes := g.startAll(5)
		g.together(20 * time.Second)
		for i := range 300 {
			n := nodes[i%len(nodes)]
			key := fmt.Sprint(i % 60)
			n.small.Broadcast(key, n.silences.Put(key, uint64(i), n.Name()))
			n.bulk.Stream(n.alerts.Put(fmt.Sprint(i), 1, n.Name()))
			time.Sleep(30 * time.Millisecond)
		}
		g.equal(4 * time.Minute)
		if got := len(nodes[0].silences.all()); got != 60 {
			t.Errorf("%d silences", got)
		}
		if got := nodes[0].silences.get("7"); got != "c" {
			t.Errorf("the last change of silence 7 is that of %q", got)
		}
	})
}

func TestOnlyStreamsGetThrough(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		g.together(3 * time.Second)
		g.net.Set(clustertest.Conditions{Loss: 1})
		nodes[0].small.Broadcast("s", nodes[0].silences.Put("s", 1, "x"))
		for range 120 {
			time.Sleep(time.Second)
			for _, n := range nodes {
				for _, v := range n.View() {
					if v.Health != HealthAlive {
						t.Fatalf("%s takes %s for %s", n.Name(), v.Name, v.Health)
					}
				}
			}
		}
		g.equal(4 * time.Minute)
	})
}

func TestOversizeRecord(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a := nodes[0]
		g.together(3 * time.Second)
		text := strings.Repeat("long ", 40_000)
		a.small.Broadcast("s", a.silences.Put("s", 1, text))
		g.equal(100 * time.Millisecond)
		if got := nodes[2].silences.get("s"); got != text {
			t.Errorf("%d bytes arrived", len(got))
		}
		if got := a.metric(t, "alertmanager_oversized_gossip_message_sent_total"); got != 2 {
			t.Errorf("%v oversized messages sent", got)
		}
		a.small.Broadcast("t", make([]byte, maxRecord+1))
		if got := a.metric(t, "alertmanager_oversized_gossip_message_dropped_total"); got != 1 {
			t.Errorf("%v dropped", got)
		}
	})
}

func TestSlowPeerIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a, b, c := nodes[0], nodes[1], nodes[2]
		g.together(3 * time.Second)
		g.net.Stall(c.address, true)
		text := noise(10_000)
		start := time.Now()
		for i := range 4000 { // 40 MB
			a.bulk.Stream(a.alerts.Put(fmt.Sprint(i), 1, text))
			if n := a.roster.queued(); n > 2*(maxLane+maxServing) {
				t.Fatalf("%d bytes wait", n)
			}
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("streaming took %s", took)
		}
		eventually(t, 5*time.Second, "b has everything", func() bool { return b.alerts.count() == 4000 })
		if a.metric(t, "alertmanager_oversized_gossip_message_dropped_total") == 0 {
			t.Error("nothing was dropped")
		}
		if got := len(c.alerts.all()); got == 4000 {
			t.Errorf("the slow peer has all %d", got)
		}
		g.net.Stall(c.address, false)
		g.equal(40 * time.Second)
	})
}

func TestComparingCostsWhatDiffers(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		const records = 100_000
		g.peers = []string{address(0), address(1)}
		a, b := g.build("a", address(0)), g.build("b", address(1))
		for i := range records {
			a.alerts.Put(fmt.Sprint(i), 1, "this is the text of an alert")
			b.alerts.Put(fmt.Sprint(i), 1, "this is the text of an alert")
		}
		for i := range 5 {
			a.alerts.Put(fmt.Sprint(i), 2, "changed at a")
			b.alerts.Put(fmt.Sprint(records-1-i), 2, "changed at b")
		}
		a.run(t)
		b.run(t)
		g.nodes = []*node{a, b}
		g.together(3 * time.Second)
		g.equal(time.Second)
		traffic := g.net.Traffic()
		if bytes := traffic.PacketBytes + traffic.StreamBytes; bytes > 150_000 {
			t.Errorf("%d bytes for 10 records", bytes)
		}
		if got := a.metric(t, "tocsin_cluster_records_pulled_total"); got < 5 || got > 10 {
			t.Errorf("a fetched %v records", got)
		}
		time.Sleep(time.Second)
		g.net.Traffic()
		time.Sleep(5 * time.Minute)
		traffic = g.net.Traffic()
		if perMinute := (traffic.PacketBytes + traffic.StreamBytes) / 5; perMinute > 100_000 {
			t.Errorf("%d bytes per minute when nothing happens", perMinute)
		}
	})
}

func TestJoiningAFullReplica(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		const records = 30_000 // 15 MB: several answers
		g.peers = []string{address(0), address(1), address(2)}
		a, b := g.build("a", address(0)), g.build("b", address(1))
		text := strings.Repeat("x", 500)
		for i := range records {
			a.alerts.Put(fmt.Sprint(i), 1, text)
			b.alerts.Put(fmt.Sprint(i), 1, text)
		}
		a.run(t)
		b.run(t)
		g.nodes = []*node{a, b}
		g.together(12 * time.Second)
		c := g.start("c", address(2))
		if took := settleTime(t, c); took > 2*time.Second {
			t.Errorf("settling took %s", took)
		}
		if got := len(c.alerts.all()); got != records {
			t.Errorf("%d records", got)
		}
		if got := c.metric(t, "tocsin_cluster_records_pulled_total"); got != records {
			t.Errorf("%v records fetched: not from one peer only?", got)
		}
	})
}

func TestStatesWithAnotherNumberOfShards(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.peers = []string{address(0), address(1)}
		a, b := g.build("a", address(0)), g.build("b", address(1))
		c := newTable(16)
		b.channels["alerts"].state, b.alerts = c, c
		for i := range 100 {
			a.alerts.Put(fmt.Sprint("a", i), 1, "x")
			b.alerts.Put(fmt.Sprint("b", i), 1, "x")
		}
		a.run(t)
		b.run(t)
		g.nodes = []*node{a, b}
		eventually(t, 5*time.Second, "both have all", func() bool { return len(a.alerts.all()) == 200 && len(b.alerts.all()) == 200 })
	})
}

func TestHugeShard(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.peers = []string{address(0), address(1)}
		a, b := g.build("a", address(0)), g.build("b", address(1))
		one, other := newTable(1), newTable(1)
		a.channels["alerts"].state, a.alerts = one, one
		b.channels["alerts"].state, b.alerts = other, other
		for i := range 60 {
			a.alerts.Put(fmt.Sprint("a", i), 1, strings.Repeat("x", 500_000))
		}
		a.run(t)
		b.run(t)
		g.nodes = []*node{a, b}
		g.equal(5 * time.Second)
		if n := testutil.ToFloat64(b.metrics.syncs.WithLabelValues("alerts", resultBroken)); n != 0 {
			t.Errorf("%v comparisons broke", n)
		}
	})
}
