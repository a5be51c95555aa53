package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/hashicorp/memberlist"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

func TestReplicasOverTLS(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := newAuthority(t)
		g.peers = []string{address(0), address(1), "[fd00::7]:9094"}
		one := g.start("a", address(0), overTLS(a.identity(t, ipOf(0))))
		two := g.start("b", address(1), overTLS(a.identity(t, ipOf(1))))
		six := g.start("c", "[fd00::7]:9094", overTLS(a.identity(t, "fd00::7")))
		g.together(5 * time.Second)
		one.small.Broadcast("s", one.silences.Put("s", 1, "small"))
		six.bulk.Stream(six.alerts.Put("t", 1, noise(100_000)))
		g.equal(3 * time.Second)
		time.Sleep(20 * time.Minute)
		g.together(0)
		if got := g.net.Traffic().Packets; got != 0 {
			t.Errorf("%d packets without TLS", got)
		}
		for _, n := range g.nodes {
			for _, name := range []string{"packet_bytes_sent_total", "packet_bytes_received_total", "stream_connections_sent_total", "stream_connections_received_total"} {
				if n.metric(t, "alertmanager_tls_transport_"+name) == 0 {
					t.Errorf("%s of %s is 0", name, n.Name())
				}
			}
			for _, name := range []string{"read_errors_total", "write_errors_total"} {
				if got := n.metric(t, "alertmanager_tls_transport_"+name); got > 4 {
					t.Errorf("%s of %s is %v", name, n.Name(), got)
				}
			}
			n.notLogged(t, "level=error")
		}

		// One crashes and comes back: connections to it are broken, and replaced.
		g.crash(two)
		time.Sleep(30 * time.Second)
		two = g.start("b", address(1), overTLS(a.identity(t, ipOf(1))))
		g.together(15 * time.Second)
		two.small.Broadcast("u", two.silences.Put("u", 1, "back"))
		g.equal(3 * time.Second)
		if time.Sleep(time.Minute); two.metric(t, "alertmanager_cluster_failed_peers") != 0 {
			t.Error("a peer is missed")
		}
	})
}

func TestCertificatesAreRenewed(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a, next := newAuthority(t), newAuthority(t)
		g.peers = []string{address(0), address(1)}
		ids := []*identity{{cert: a.issue(t, 10*time.Minute, ipOf(0)), trust: a.pool}, {cert: a.issue(t, 10*time.Minute, ipOf(1)), trust: a.pool}}
		g.start("a", address(0), overTLS(ids[0]))
		g.start("b", address(1), overTLS(ids[1]))
		g.together(5 * time.Second)
		both := x509.NewCertPool()
		both.AddCert(a.cert)
		both.AddCert(next.cert)
		for _, step := range []func(i int){
			func(i int) { ids[i].set(ids[i].cert, both) },
			func(i int) { ids[i].set(next.issue(t, 1000*time.Hour, ipOf(i)), both) },
			func(i int) { ids[i].set(ids[i].cert, next.pool) },
		} {
			for i := range ids {
				step(i)
				for range 60 {
					time.Sleep(time.Second)
					g.together(0)
				}
			}
		}
		time.Sleep(10 * time.Minute) // the first certificates have expired
		g.together(0)
		g.nodes[0].notLogged(t, "peer failed")
		g.nodes[0].bulk.Stream(g.nodes[0].alerts.Put("t", 1, "x"))
		g.equal(3 * time.Second)
	})
}

func TestStrangersOverTLS(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a, other := newAuthority(t), newAuthority(t)
		foreign := other.identity(t, ipOf(1))
		foreign.trust = a.pool
		elsewhere := a.identity(t, "10.9.9.9")
		named := a.identity(t, ipOf(1))
		named.name = "somebody else"
		expired := a.identity(t, ipOf(1))
		expired.cert = a.issue(t, -time.Minute, ipOf(1))
		for _, tt := range []struct {
			name       string
			change     func(*Options)
			ours, them string // hints
		}{
			{"foreign certificate", overTLS(foreign), hintAuthority, hintRefused},
			{"trusts another", overTLS(other.identity(t, ipOf(1))), hintAuthority, hintAuthority},
			{"wrong host", overTLS(elsewhere), hintHost, hintRefused},
			{"wants another host", overTLS(named), "", hintHost},
			{"expired", overTLS(expired), hintInvalid, hintRefused},
			{"no TLS", func(*Options) {}, hintNoTLS, ""},
		} {
			g.peers = []string{address(0), address(1)}
			us := g.start("a", address(0), overTLS(a.identity(t, ipOf(0))))
			them := g.start("b", address(1), tt.change)
			time.Sleep(30 * time.Second)
			if strings.Contains(tt.name, "host") { // good enough to be let in
				us.logged(t, tt.ours)
				them.logged(t, tt.them)
			} else if names(us.Peer) != "a" || names(them.Peer) != "b" {
				t.Errorf("%s: a sees %s, b sees %s", tt.name, names(us.Peer), names(them.Peer))
			} else if us.metric(t, "alertmanager_cluster_messages_received_total") != 0 {
				t.Errorf("%s: something was received", tt.name)
			} else {
				us.logged(t, tt.ours)
				them.logged(t, tt.them)
			}
			if n := strings.Count(us.logs.String(), "level=warn"); n > 25 {
				t.Errorf("%s: %d warnings in half a minute", tt.name, n)
			}
			for _, n := range g.nodes {
				n.stop()
			}
			g.nodes = nil
			time.Sleep(time.Minute)
		}
	})
}

// raw is a transport under TLS, with its other end in the hands of the test.
func raw(t *testing.T, test func(t *testing.T, a *authority, tr *tlsTransport, dial func() net.Conn)) {
	clustertest.Bubble(t, func(t *testing.T) {
		n := clustertest.New(mathrand.New(mathrand.NewPCG(1, 2)))
		a := newAuthority(t)
		o := Options{TLS: a.identity(t, ipOf(0)).tls(), Logger: log.NewNopLogger(), TCPTimeout: 10 * time.Second}
		tr := newTLSTransport(n.Listen(address(0)), &o, newTLSMetrics(prometheus.NewRegistry()))
		if _, _, err := tr.FinalAdvertiseAddr("", 0); err != nil {
			t.Fatal(err)
		}
		from := n.Listen(address(1))
		test(t, a, tr, func() net.Conn {
			c, err := from.DialTimeout(address(0), time.Second)
			if err != nil {
				t.Fatal(err)
			}
			return c
		})
		if err := tr.Shutdown(); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * time.Minute)
	})
}

// trusted makes a connection that the transport accepts.
func trusted(t *testing.T, a *authority, c net.Conn) *tls.Conn {
	t.Helper()
	config, err := a.identity(t, ipOf(1)).tls().Client()
	if err != nil {
		t.Fatal(err)
	}
	config.ServerName = ipOf(0)
	return tls.Client(c, config)
}

func ended(c net.Conn) (time.Duration, error) {
	start := time.Now()
	_, err := io.Copy(io.Discard, c)
	return time.Since(start), err
}

func TestFramesOnAConnection(t *testing.T) {
	raw(t, func(t *testing.T, a *authority, tr *tlsTransport, dial func() net.Conn) {
		c := trusted(t, a, dial())
		for i, from := range []string{"10.0.0.9:1", "no address", ""} {
			if _, err := c.Write(frame{framePacket, from, []byte{byte(i)}}.encode()); err != nil {
				t.Fatal(err)
			}
			p := <-tr.PacketCh()
			if want := map[int]string{0: from}[i]; len(p.Buf) != 1 || p.Buf[0] != byte(i) || want != "" && p.From.String() != want {
				t.Errorf("packet %d: %v from %s", i, p.Buf, p.From)
			}
		}
		time.Sleep(idleConn - time.Second)
		if _, err := c.Write(frame{kind: frameStream}.encode()); err != nil {
			t.Fatal(err)
		}
		in := <-tr.StreamCh()
		time.Sleep(2 * idleConn) // deadlines are memberlist's now
		_, _ = c.Write([]byte("hello"))
		got := make([]byte, 5)
		if _, err := io.ReadFull(in, got); err != nil || string(got) != "hello" {
			t.Errorf("%q, %v", got, err)
		}
		_ = in.Close()
		_ = c.Close()
		if synctest.Wait(); tr.admitted.total != 0 {
			t.Errorf("%d connections are counted", tr.admitted.total)
		}
	})
}

func TestBadConnections(t *testing.T) {
	packet := frame{framePacket, "10.0.0.9:1", []byte("x")}.encode()
	old := bytes.Replace(packet, []byte(frameVersion), []byte("v0.0.9"), 1)
	tests := map[string]struct {
		write func(t *testing.T, a *authority, c net.Conn) net.Conn
		lasts time.Duration
	}{
		"silence": {func(_ *testing.T, _ *authority, c net.Conn) net.Conn { return c }, 10 * time.Second},
		"noise": {func(_ *testing.T, _ *authority, c net.Conn) net.Conn {
			_, _ = c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
			return c
		}, 0},
		"half a hello": {func(_ *testing.T, _ *authority, c net.Conn) net.Conn {
			_, _ = c.Write([]byte{22, 3, 1, 2, 0, 1})
			return c
		}, 10 * time.Second},
		"only handshake": {func(t *testing.T, a *authority, c net.Conn) net.Conn {
			m := trusted(t, a, c)
			_ = m.HandshakeContext(t.Context())
			return m
		}, 10 * time.Second},
		"half a frame": {func(t *testing.T, a *authority, c net.Conn) net.Conn {
			m := trusted(t, a, c)
			_, _ = m.Write(packet[:7])
			return m
		}, 10 * time.Second},
		"a huge frame": {func(t *testing.T, a *authority, c net.Conn) net.Conn {
			m := trusted(t, a, c)
			_, _ = m.Write([]byte{0xff, 0xff, 0xff, 0x7f, 1})
			return m
		}, 0},
		"another version": {func(t *testing.T, a *authority, c net.Conn) net.Conn {
			m := trusted(t, a, c)
			_, _ = m.Write(old)
			return m
		}, 0},
		"nothing after a packet": {func(t *testing.T, a *authority, c net.Conn) net.Conn {
			m := trusted(t, a, c)
			_, _ = m.Write(frame{framePacket, "", nil}.encode())
			return m
		}, idleConn},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			raw(t, func(t *testing.T, a *authority, tr *tlsTransport, dial func() net.Conn) {
				c := tt.write(t, a, dial())
				if took, _ := ended(c); took != tt.lasts {
					t.Errorf("lasted %s, want %s", took, tt.lasts)
				}
				_ = c.Close()
				synctest.Wait()
				if tr.admitted.total != 0 || testutil.ToFloat64(tr.metrics.readErrors) != 1 {
					t.Errorf("%d connections are counted, %v errors", tr.admitted.total, testutil.ToFloat64(tr.metrics.readErrors))
				}
			})
		})
	}
}

func TestOneHostDoesNotTakeAllConnections(t *testing.T) {
	raw(t, func(t *testing.T, _ *authority, tr *tlsTransport, dial func() net.Conn) {
		for range 10 * maxConnsPerHost {
			c := dial()
			defer c.Close()
		}
		if synctest.Wait(); tr.admitted.total != maxConnsPerHost {
			t.Errorf("%d connections", tr.admitted.total)
		}
		if _, ok := tr.admitted.admit(&net.TCPAddr{IP: net.IPv4(10, 0, 0, 77)}); !ok {
			t.Error("another host is kept out")
		}
		tr.admitted.release("10.0.0.77")
		time.Sleep(11 * time.Second)
		if synctest.Wait(); tr.admitted.total != 0 {
			t.Errorf("%d connections after a while", tr.admitted.total)
		}
	})
}

func TestLinks(t *testing.T) {
	raw(t, func(t *testing.T, _ *authority, tr *tlsTransport, _ func() net.Conn) {
		start := time.Now()
		for i := range 3 * maxLinks {
			addr := (&net.TCPAddr{IP: net.IPv4(10, 1, byte(i>>8), byte(i)), Port: 1}).String()
			if _, err := tr.WriteTo([]byte("x"), addr); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(start) != 0 || tr.links.count() != maxLinks {
			t.Errorf("%d links after %s", tr.links.count(), time.Since(start))
		}
		time.Sleep(idleLink + time.Second)
		if got := tr.links.count(); got != 0 {
			t.Errorf("%d links that nobody uses", got)
		}
		if got := testutil.ToFloat64(tr.metrics.packetErrors); got < maxLinks {
			t.Errorf("%v errors", got)
		}
		if _, err := tr.WriteTo([]byte("x"), "no address"); err != nil {
			t.Error(err)
		}
		if _, err := tr.DialTimeout("no address", time.Second); err == nil {
			t.Error("dialed no address")
		}
	})
}

func FuzzFrame(f *testing.F) {
	f.Add(frame{framePacket, "10.0.0.1:9094", []byte("message")}.encode())
	f.Add(frame{frameStream, "[fd00::1]:9094", nil}.encode())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{2, 0, 0, 0, 0x0a, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		got, err := readFrame(r, func() {})
		if err != nil {
			if errors.Is(err, io.EOF) && len(b) > 0 {
				t.Error("an end within a frame looks like one between two")
			}
			return
		}
		if len(got.msg) > maxFrame || len(got.from) > maxFromAddr {
			t.Errorf("%d bytes from %d", len(got.msg), len(got.from))
		}
		again, err := readFrame(bytes.NewReader(got.encode()), func() {})
		if err != nil || again.kind != got.kind || again.from != got.from || !bytes.Equal(again.msg, got.msg) {
			t.Errorf("%+v became %+v, %v", got, again, err)
		}
	})
}

func TestTLSOverSockets(t *testing.T) {
	a := newAuthority(t)
	tables := []*table{newTable(8), newTable(8), newTable(8)}
	tables[0].Put("s", 1, "through sockets")
	listen := []string{"127.0.0.1:0", "127.0.0.1:0", "[::1]:0"}
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil { //nolint:noctx // only to see whether there is IPv6
		listen = listen[:2]
	} else {
		_ = l.Close()
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	var peers []string
	for i, at := range listen {
		p, err := New(Options{
			Name: string(rune('a' + i)), ListenAddress: at, Peers: peers, SettleTimeout: 30 * time.Second, GossipInterval: 10 * time.Millisecond,
			TLS: a.identity(t, "127.0.0.1", "::1").tls(),
		})
		if err != nil {
			t.Fatal(err)
		}
		p.Share("s", tables[i])
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
		peers = append(peers, p.address())
	}
}

var _ memberlist.NodeAwareTransport = (*tlsTransport)(nil)
