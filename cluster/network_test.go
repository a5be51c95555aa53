package cluster

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

func TestStrangersAreNotHeard(t *testing.T) {
	tests := map[string]struct{ a, b func(*Options) }{
		"another label": {func(o *Options) { o.Label = "prod" }, func(o *Options) { o.Label = "dev" }},
		"no label":      {func(o *Options) { o.Label = "prod" }, func(*Options) {}},
		"another key":   {func(o *Options) { o.SecretKeys = keysOf("a") }, func(o *Options) { o.SecretKeys = keysOf("b") }},
		"no key":        {func(o *Options) { o.SecretKeys = keysOf("a") }, func(*Options) {}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, g *group) {
				g.peers = []string{address(0), address(1)}
				a, b := g.start("a", address(0), tt.a), g.start("b", address(1), tt.b)
				time.Sleep(time.Second)
				message := b.letter(kindRecords, "sil", appendBytes(nil, b.silences.Put("s", 1, "forged"))).encode()
				for range 20 {
					to := memberlist.Node{Name: "a", Addr: net.IPv4(10, 0, 0, 1), Port: 9094}
					_ = b.list.Load().SendReliable(&to, message)
					_ = b.list.Load().SendBestEffort(&to, message)
					time.Sleep(time.Second)
				}
				if names(a.Peer) != "a" || names(b.Peer) != "b" {
					t.Errorf("a sees %s, b sees %s", names(a.Peer), names(b.Peer))
				}
				if got := a.metric(t, "alertmanager_cluster_messages_received_total"); got != 0 || len(a.silences.all()) != 0 {
					t.Errorf("%v messages and %d silences have reached a", got, len(a.silences.all()))
				}
			})
		})
	}
}

func TestKeysAndLabelsThatFit(t *testing.T) {
	bubble(t, func(_ *testing.T, g *group) {
		old, next := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 32)
		g.peers = []string{address(0), address(1)}
		a := g.start("a", address(0), func(o *Options) { o.Label = strings.Repeat("x", 255); o.SecretKeys = [][]byte{old, next} })
		b := g.start("b", address(1), func(o *Options) { o.Label = strings.Repeat("x", 255); o.SecretKeys = [][]byte{next, old} })
		g.together(2 * time.Second)
		a.small.Broadcast("s", a.silences.Put("s", 1, strings.Repeat("y", 600)))
		b.small.Broadcast("t", b.silences.Put("t", 1, "z"))
		g.equal(2 * time.Second)
	})
}

func TestOddMessages(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2)
		a, b := nodes[0], nodes[1]
		g.together(3 * time.Second)
		to := memberlist.Node{Name: "b", Addr: net.IPv4(10, 0, 0, 2), Port: 9094}
		letter := func(k kind, state, body string) []byte { return a.letter(k, state, []byte(body)).encode() }
		newer := letter(kindPing, "", "")
		newer[0] = protocol + 1
		for reason, messages := range map[string][][]byte{
			ignoredVersion:   {newer, []byte("\x0aprotobuf")},
			ignoredKind:      {letter(kindEnd, "sil", "from the future"), letter(0, "sil", "")},
			ignoredState:     {letter(kindRecords, "unknown", "\x01x"), letter(kindGossip, "unknown", "\x01xy")},
			ignoredMalformed: {{protocol, 1}, letter(kindRecords, "sil", "\xff\xff"), letter(kindGossip, "sil", ""), letter(kindWant, "sil", "x"), letter(kindAnswer, "sil", "x"), letter(kindDigest, "", "x")},
		} {
			before := testutil.ToFloat64(b.metrics.ignored.WithLabelValues(reason))
			for _, m := range messages {
				if err := a.sendReliable(&to, m); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
			if got := testutil.ToFloat64(b.metrics.ignored.WithLabelValues(reason)) - before; got != float64(len(messages)) {
				t.Errorf("%s: %v of %d messages were counted", reason, got, len(messages))
			}
		}
		if err := a.sendReliable(&to, letter(kindRecords, "sil", "\x02\x80\x80")); err != nil {
			t.Fatal(err)
		}
		future := a.letter(kindPing, "", nil)
		future.stamp = TimestampOf(time.Now().Add(time.Hour))
		if err := a.sendReliable(&to, future.encode()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := b.metric(t, "tocsin_cluster_merges_failed_total"); got != 1 {
			t.Errorf("%v merges failed", got)
		}
		if got := b.metric(t, "tocsin_cluster_clock_ahead_total"); got != 1 {
			t.Errorf("%v messages from the future", got)
		}
		if now := b.o.Clock.Now().Time(); now.After(time.Now().Add(time.Second)) {
			t.Errorf("the clock was pulled to %s", now)
		}
		b.small.Broadcast("s", b.silences.Put("s", 1, "still here"))
		g.equal(3 * time.Second)
	})
}

// Of a peer that has failed one wants to know since when it is silent.
func TestViewOfAFailedPeer(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2)
		g.together(3 * time.Second)
		time.Sleep(time.Minute)
		crashed := time.Now()
		g.crash(nodes[1])
		eventually(t, time.Minute, "b has failed", func() bool { return nodes[0].View()[1].Health == HealthFailed })
		if last := nodes[0].View()[1].LastContact; crashed.Sub(last).Abs() > 2*time.Second {
			t.Errorf("last contact is %s from the crash", crashed.Sub(last))
		}
	})
}

func TestViewAndMetrics(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.net.Set(clustertest.Conditions{MinDelay: time.Millisecond, MaxDelay: time.Millisecond})
		nodes := g.startAll(3)
		a := nodes[0]
		g.together(3 * time.Second)
		nodes[1].small.Broadcast("s", nodes[1].silences.Put("s", 1, "x"))
		time.Sleep(90 * time.Second)
		eventually(t, 15*time.Minute, "b has been compared with", func() bool { return a.View()[1].Equal })
		view := a.View()
		if len(view) != 3 {
			t.Fatalf("view %+v", view)
		}
		want := Member{Name: "b", Address: address(1), Version: "1.2.3"}
		if v := view[1]; v.Member != want || v.Health != HealthAlive || !v.Equal || v.Queued != 0 || v.Lag <= 0 || v.Lag > time.Second ||
			time.Since(v.LastContact) > 2*time.Second {
			t.Errorf("view of b: %+v", v)
		}
		if got := a.Members()[2]; got != (Member{"c", address(2), "1.2.3"}) {
			t.Errorf("member %+v", got)
		}
		for name, want := range map[string]float64{
			"alertmanager_cluster_members":                   3,
			"alertmanager_cluster_failed_peers":              0,
			"alertmanager_cluster_peer_info":                 1,
			"alertmanager_cluster_health_score":              0,
			"alertmanager_peer_position":                     0,
			"alertmanager_cluster_messages_queued":           0,
			"alertmanager_cluster_messages_pruned_total":     0,
			"alertmanager_cluster_peers_joined_total":        3,
			"alertmanager_cluster_peers_left_total":          0,
			"alertmanager_cluster_peers_update_total":        0,
			"alertmanager_cluster_refresh_join_total":        0,
			"tocsin_cluster_convergence_lag_seconds":         1,
			"tocsin_cluster_stream_queue_bytes":              0,
			"tocsin_cluster_inbox_bytes":                     0,
			"alertmanager_cluster_peer_name_conflicts_total": 0,
		} {
			if got := a.metric(t, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		for _, name := range []string{
			"alertmanager_cluster_messages_received_total", "alertmanager_cluster_messages_received_size_total",
			"alertmanager_cluster_messages_sent_total", "alertmanager_cluster_messages_sent_size_total",
			"alertmanager_cluster_alive_messages_total", "alertmanager_cluster_pings_seconds",
			"tocsin_cluster_comparisons_total",
		} {
			if a.metric(t, name) == 0 {
				t.Errorf("%s is 0", name)
			}
		}
		if nodes[2].metric(t, "alertmanager_peer_position") != 2 {
			t.Error("position of c")
		}
		if a.small.Propagated() == 0 {
			t.Error("nothing was passed on")
		}
		a.logged(t, "msg=clustering peer=a address=10.0.0.1:9094", "msg=\"peer joined\" peer=b address=10.0.0.2:9094 version=1.2.3")
	})
}

func TestSharingMistakes(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	p.Share("x", newTable(1))
	p.Share("x", newTable(1))
	p.Share(strings.Repeat("n", maxState+1), newTable(1))
	p.Share("y", newTable(maxShards+1))
	err = p.Run(t.Context())
	for _, want := range []string{`"x": shared twice`, "1 to 64 bytes", `"y": 1025 shards`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

// TestSockets is the only test with real sockets.
func TestSockets(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	tables := []*table{newTable(8), newTable(8)}
	tables[0].Put("s", 1, "through sockets")
	var peers []string
	for i, table := range tables {
		p, err := New(Options{ListenAddress: "127.0.0.1:0", Peers: peers, SettleTimeout: 30 * time.Second, GossipInterval: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		p.Share("s", table)
		joined := p.Changed()
		running.Go(func() {
			if err := p.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		<-joined // itself
		if err := p.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		if got := tables[i].get("s"); got != "through sockets" {
			t.Errorf("replica %d holds %q", i, got)
		}
		peers = []string{p.Members()[0].Address}
	}
}

func TestPortIsTaken(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	p, err := New(Options{ListenAddress: listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "start clustering: listen on 127.0.0.1:") {
		t.Errorf("error %v", err)
	}
}

func TestStrangersTakeNoPartInComparisons(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	c := p.Share("s", newTable(4))
	for i := range 100 {
		from := fmt.Sprint("stranger ", i)
		for _, e := range []envelope{
			{kind: kindDigest, from: from, body: appendDigest(nil, digest{"s", []uint64{1, 2, 3, 4}})},
			{kind: kindWant, from: from, state: "s", body: want{session: 1}.encode()},
			{kind: kindAnswer, from: from, state: "s", body: answer{}.head()},
		} {
			p.receive(e.encode())
		}
	}
	if n := len(c.inbox.take()); n != 0 {
		t.Errorf("%d messages were taken in", n)
	}
	if got := testutil.ToFloat64(p.metrics.ignored.WithLabelValues(ignoredStranger)); got != 300 {
		t.Errorf("%v were counted", got)
	}
}
