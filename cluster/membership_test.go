package cluster

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPartitionAndHeal(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a, b, c := nodes[0], nodes[1], nodes[2]
		g.together(3 * time.Second)
		g.net.Split([]string{a.address})
		eventually(t, 15*time.Second, "a is alone", func() bool { return names(a.Peer) == "a" })
		eventually(t, 15*time.Second, "b and c are two", func() bool { return names(b.Peer) == "b c" && names(c.Peer) == "b c" })
		if place, of := a.Place("g"); place != 0 || of != 1 {
			t.Errorf("a is %d of %d", place, of)
		}
		if got := a.metric(t, "alertmanager_cluster_failed_peers"); got != 2 {
			t.Errorf("a misses %v peers", got)
		}
		a.small.Broadcast("s", a.silences.Put("s", 1, "a"))
		b.small.Broadcast("s", b.silences.Put("s", 2, "b"))
		for i := range 100 {
			key := fmt.Sprint(i)
			a.bulk.Stream(a.alerts.Put("a"+key, 1, "x"))
			c.bulk.Stream(c.alerts.Put("c"+key, 1, "x"))
		}
		time.Sleep(5 * time.Minute)

		g.net.Heal()
		g.together(25 * time.Second) // an attempt may just have begun, and must run out
		if took := g.equal(2 * time.Second); took > time.Second {
			t.Errorf("equal %s after being together", took)
		}
		if got := a.silences.get("s"); got != "b" {
			t.Errorf("silence is %q", got)
		}
		if got := a.metric(t, "alertmanager_cluster_failed_peers"); got != 0 {
			t.Errorf("a misses %v peers", got)
		}
		const reconnections = "alertmanager_cluster_reconnections_total"
		if a.metric(t, reconnections)+b.metric(t, reconnections)+c.metric(t, reconnections) == 0 {
			t.Error("nobody counted a reconnection")
		}
		a.logged(t, "msg=\"peer failed\" peer=b", "msg=\"cut off from all peers, going on alone\" missing=2",
			"msg=\"failed peer is back\" peer=b", "msg=\"together with peers again\"")
		b.notLogged(t, "cut off")
	})
}

func TestRestartWithAnotherAddress(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		dns := &nameServer{}
		dns.set("replicas", "10.0.0.1", "10.0.0.2", "10.0.0.3")
		g.peers = []string{"replicas:9094"}
		resolve := func(o *Options) { o.Resolver = dns }
		a := g.start("a", address(0), resolve)
		b := g.start("b", address(1), resolve)
		c := g.start("c", address(2), resolve)
		g.together(3 * time.Second)
		a.small.Broadcast("s", a.silences.Put("s", 1, "known"))
		g.equal(3 * time.Second)

		g.crash(c)
		dns.set("replicas", "10.0.0.1", "10.0.0.2", "10.0.0.9")
		c = g.start("c", "10.0.0.9:9094", resolve) // before anybody has noticed
		eventually(t, 30*time.Second, "a and b know the new address", func() bool {
			return a.roster.at("10.0.0.9:9094") && b.roster.at("10.0.0.9:9094")
		})
		g.together(time.Second)
		g.equal(time.Second)
		eventually(t, 20*time.Second, "nobody misses the old address", func() bool {
			return a.roster.absentees() == 0 && b.roster.absentees() == 0 && c.roster.absentees() == 0
		})
		if a.metric(t, "alertmanager_cluster_peer_name_conflicts_total")+c.metric(t, "alertmanager_cluster_peer_name_conflicts_total") == 0 {
			t.Error("no conflict of names was counted")
		}
	})
}

func TestRestartWithTheSameAddressAndName(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a, c := nodes[0], nodes[2]
		g.together(3 * time.Second)
		a.small.Broadcast("s", a.silences.Put("s", 1, "known"))
		g.equal(3 * time.Second)
		g.crash(c)
		c = g.start("c", address(2))
		if took := settleTime(t, c); took > time.Second {
			t.Errorf("settling took %s", took)
		}
		if got := c.silences.get("s"); got != "known" {
			t.Errorf("silence is %q", got)
		}
		c.small.Broadcast("t", c.silences.Put("t", 1, "new"))
		g.equal(3 * time.Second)
		time.Sleep(time.Minute)
		g.together(0)
	})
}

func TestRestartWithAnotherName(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		g.together(3 * time.Second)
		g.crash(nodes[2])
		d := g.start("d", address(2))
		if took := settleTime(t, d); took > time.Second {
			t.Errorf("settling took %s, waiting for what it was before?", took)
		}
		g.together(15 * time.Second)
		for _, n := range g.nodes {
			if names(n.Peer) != "a b d" || n.roster.absentees() != 0 {
				t.Errorf("%s sees %s and misses %d", n.Name(), names(n.Peer), n.roster.absentees())
			}
		}
	})
}

func TestLeaving(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		a, b := nodes[0], nodes[1]
		g.together(3 * time.Second)
		a.small.Broadcast("s", a.silences.Put("s", 1, "last word"))
		a.bulk.Stream(a.alerts.Put("s", 1, "last word"))
		a.stop()
		if b.silences.get("s") != "last word" || b.alerts.get("s") != "last word" {
			t.Error("what was said last has not arrived")
		}
		eventually(t, time.Second, "a is gone", func() bool { return names(b.Peer) == "b c" })
		time.Sleep(time.Minute)
		if got := b.metric(t, "alertmanager_cluster_failed_peers"); got != 0 {
			t.Errorf("%v failed peers", got)
		}
		b.logged(t, "msg=\"peer left\" peer=a")
		b.notLogged(t, "peer failed")
	})
}

func TestFailedPeersAreForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2, func(o *Options) { o.ReconnectTimeout = time.Minute; o.Peers = o.Peers[:1] })
		a := nodes[0]
		g.together(3 * time.Second)
		g.crash(nodes[1])
		eventually(t, 10*time.Second, "b is missed", func() bool { return a.roster.absentees() == 1 })
		if v := a.View()[1]; v.Name != "b" || v.Health != HealthFailed || v.Address != address(1) {
			t.Errorf("view %+v", v)
		}
		eventually(t, 80*time.Second, "b is forgotten", func() bool { return a.roster.absentees() == 0 })
		if got := a.metric(t, "tocsin_cluster_peers_forgotten_total"); got != 1 {
			t.Errorf("%v forgotten", got)
		}
		if a.metric(t, "alertmanager_cluster_reconnections_failed_total") == 0 {
			t.Error("no failed attempt was counted")
		}
		a.logged(t, "msg=\"failed peer is forgotten\" peer=b")
	})
}

func TestPeersThatWereNeverThereAreMissed(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := g.start("a", address(0), func(o *Options) { o.Peers = []string{address(0), address(1), "[fd00::7]:9094"} })
		time.Sleep(time.Second)
		if got := a.metric(t, "alertmanager_cluster_failed_peers"); got != 2 {
			t.Errorf("%v failed peers", got)
		}
		g.start("b", "[fd00::7]:9094")
		g.together(10 * time.Second)
		if got := a.metric(t, "alertmanager_cluster_failed_peers"); got != 1 {
			t.Errorf("%v failed peers", got)
		}
	})
}

func TestNamesAreLookedUpAgain(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		dns := &nameServer{}
		dns.set("replicas", "10.0.0.1")
		change := func(o *Options) { o.Peers, o.Resolver = []string{"replicas:9094"}, dns }
		a := g.start("a", address(0), change)
		if took := settleTime(t, a); took > time.Second {
			t.Errorf("alone, settling took %s", took)
		}
		g.start("b", address(1), func(o *Options) { o.Peers = nil })
		time.Sleep(time.Minute)
		if names(a.Peer) != "a" {
			t.Fatalf("a sees %s", names(a.Peer))
		}
		dns.set("replicas", "10.0.0.1", "10.0.0.2")
		g.together(refreshInterval + time.Second)
		if got := a.metric(t, "alertmanager_cluster_refresh_join_total"); got != 1 {
			t.Errorf("%v joined on refresh", got)
		}
	})
}

func TestAPeerBehindAnotherAddress(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		b := g.start("b", address(1), func(o *Options) { o.AdvertiseAddress = "10.0.0.77:9094" })
		// It is listened to at both addresses.
		g.net.Alias("10.0.0.77:9094", address(1))
		b.silences.Put("s", 1, "x")
		a := g.start("a", address(0), func(o *Options) { o.Peers = []string{address(1)} })
		if took := settleTime(t, a); took > time.Second {
			t.Errorf("settling took %s", took)
		}
		if a.silences.get("s") != "x" || a.roster.absentees() != 0 {
			t.Errorf("silence %q, %d missing", a.silences.get("s"), a.roster.absentees())
		}
	})
}

func TestANameWithoutAnAddressIsLoggedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		dns := &nameServer{}
		a := g.start("a", address(0), func(o *Options) { o.Peers, o.Resolver = []string{"late:9094"}, dns })
		time.Sleep(2 * time.Minute)
		const lost, found = "configured peer has no address", "configured peer has an address"
		if n := strings.Count(a.logs.String(), lost); n != 1 {
			t.Errorf("logged %d times", n)
		}
		a.notLogged(t, found)
		dns.set("late", "10.0.0.1")
		time.Sleep(time.Minute)
		if n := strings.Count(a.logs.String(), found); n != 1 {
			t.Errorf("logged %d times", n)
		}
	})
}

func TestContactAfterAShortSplit(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2, func(o *Options) { o.ReconnectInterval = time.Hour })
		a, b := nodes[0], nodes[1]
		g.together(3 * time.Second)
		g.net.Split([]string{a.address})
		eventually(t, 10*time.Second, "both are alone", func() bool { return names(a.Peer) == "a" && names(b.Peer) == "b" })
		g.net.Heal()
		// Both still remember that the other is dead.
		ok := a.contact(t.Context(), b.address)
		synctest.Wait()
		if !ok || names(a.Peer) != "a b" || names(b.Peer) != "a b" {
			t.Errorf("a sees %s, b sees %s", names(a.Peer), names(b.Peer))
		}
	})
}

func TestAReplicaThatNobodyLooksForComesBack(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := g.start("a", address(0))
		know := func(o *Options) { o.Peers = []string{a.address} }
		c := g.start("c", address(2), know)
		g.together(3 * time.Second)
		g.crash(c)
		c = g.start("c", "10.0.0.9:9094", know) // a still takes it for alive and elsewhere
		eventually(t, 25*time.Second, "a knows the new address", func() bool { return a.roster.at("10.0.0.9:9094") })
		if a.metric(t, "alertmanager_cluster_peer_name_conflicts_total") == 0 {
			t.Error("no conflict of names was counted")
		}
		a.logged(t, "msg=\"two replicas have the same name\" peer=c address=10.0.0.3:9094 other=10.0.0.9:9094")
		g.together(time.Second)
		c.small.Broadcast("s", c.silences.Put("s", 1, "new"))
		g.equal(3 * time.Second)
	})
}
