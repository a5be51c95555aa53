package cluster

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/memberlist"
)

func TestLinesOfMemberlist(t *testing.T) {
	tests := map[string]string{
		"[WARN] memberlist: Refuting a suspect message (from: b)\n": "level=warn msg=memberlist text=\"Refuting a suspect message (from: b)\"",
		"[ERR] memberlist: Failed":                                  "level=error msg=memberlist text=Failed",
		"[ERROR] memberlist: Failed":                                "level=error msg=memberlist text=Failed",
		"[ERR] Failed to shutdown transport: x":                     "level=error msg=memberlist text=\"Failed to shutdown transport: x\"",
		"Err: Could not set the deadline: x":                        "level=error msg=memberlist text=\"Could not set the deadline: x\"",
		"[INFO] memberlist: Suspect b has failed":                   "level=info msg=memberlist text=\"Suspect b has failed\"",
		"[DEBUG] memberlist: Stream connection x":                   "level=debug msg=memberlist text=\"Stream connection x\"",
		"something else":                                            "level=debug msg=memberlist text=\"something else\"",
		"[broken":                                                   "level=debug msg=memberlist text=[broken",
	}
	for line, want := range tests {
		var out bytes.Buffer
		slog.NewLogLogger(lines{logger: log.NewLogfmtLogger(&out)}, slog.LevelDebug).Print(line)
		if got := strings.TrimSpace(out.String()); got != want {
			t.Errorf("%q became %s, want %s", line, got, want)
		}
	}
}

func TestDiscover(t *testing.T) {
	give := func(ip string, err error) func() (string, error) { return func() (string, error) { return ip, err } }
	broken := errors.New("broken")
	tests := map[string]struct {
		public                bool
		privateErr, publicErr error
		privateIP, publicIP   string
		want                  string
		err                   error
	}{
		"private":                       {privateIP: "10.0.0.1", publicIP: "1.1.1.1", want: "10.0.0.1"},
		"private before public":         {public: true, privateIP: "10.0.0.1", publicIP: "1.1.1.1", want: "10.0.0.1"},
		"public if that is allowed":     {public: true, publicIP: "1.1.1.1", want: "1.1.1.1"},
		"public if that is not allowed": {publicIP: "1.1.1.1", err: errNoAdvertise},
		"none":                          {public: true, err: errNoAdvertise},
		"broken":                        {privateErr: broken, err: broken},
		"public broken":                 {public: true, publicErr: broken, err: broken},
	}
	for name, tt := range tests {
		got, err := discover(tt.public, give(tt.privateIP, tt.privateErr), give(tt.publicIP, tt.publicErr))
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestAdvertised(t *testing.T) {
	dns := &nameServer{}
	dns.set("host", "10.1.1.2", "10.1.1.1")
	dns.set("six", "fd00::1")
	dns.set("empty")
	tests := map[string]struct {
		listen, advertise string
		host              string
		port              int
		err               string
	}{
		"an address":               {":9094", "10.0.0.5:9095", "10.0.0.5", 9095, ""},
		"a host":                   {":9094", "host:1", "10.1.1.1", 1, ""},
		"a host with IPv6":         {":9094", "six:1", "fd00::1", 1, ""},
		"IPv6":                     {":9094", "[fd00::2]:3", "fd00::2", 3, ""},
		"what is listened on":      {"10.0.0.7:9094", "", "10.0.0.7", 9094, ""},
		"the host listened on":     {"host:9094", "", "10.1.1.1", 9094, ""},
		"the transport knows":      {"", "", "", 0, ""},
		"no port":                  {":9094", "10.0.0.5", "", 0, "advertise address"},
		"an unknown host":          {":9094", "unknown:1", "", 1, "look up \"unknown\""},
		"a host without addresses": {":9094", "empty:1", "", 1, "no address"},
		"nonsense to listen on":    {"nonsense", "", "", 0, "listen address"},
		"nonsense as a port":       {"10.0.0.7:x", "", "", 0, "port"},
	}
	for name, tt := range tests {
		o := Options{ListenAddress: tt.listen, AdvertiseAddress: tt.advertise, Resolver: dns}
		host, port, err := o.advertised(t.Context())
		if host != tt.host || port != tt.port || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %q, %d, %v", name, host, port, err)
		}
	}
	for host, want := range map[string]bool{"": true, "0.0.0.0": true, "::": true, "10.0.0.1": false, "host": false} {
		if unspecified(host) != want {
			t.Errorf("%q: unspecified is %v", host, !want)
		}
	}
}

func TestOptions(t *testing.T) {
	tests := map[string]struct {
		o    Options
		want []string
	}{
		"defaults": {Options{}, nil},
		"everything": {
			Options{
				Name: strings.Repeat("x", maxName+1), Label: strings.Repeat("x", 256), Peers: []string{"no-port", "a:b", "ok:1"},
				SecretKeys: [][]byte{make([]byte, 16), make([]byte, 15)}, GossipInterval: -1,
			},
			[]string{"name of 1025 bytes", "label of 256 bytes", `peer: address "no-port"`, `"a:b": port`, "secret key 1", "duration -1ns is negative"},
		},
	}
	for name, tt := range tests {
		p, err := New(tt.o)
		if (err == nil) != (tt.want == nil) {
			t.Errorf("%s: error %v", name, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %s", name, err, want)
			}
		}
		if err == nil && (len(p.Name()) != 26 || p.Status() != "ready" || len(p.View()) != 0) {
			t.Errorf("%s: name %q, status %q, view %v", name, p.Name(), p.Status(), p.View())
		}
	}
	if one, two := randomName(), randomName(); one == two {
		t.Error("random names are equal")
	}
}

func TestLookup(t *testing.T) {
	dns := &nameServer{}
	dns.set("two", "10.0.0.2", "10.0.0.1", "10.0.0.2", "fd00::1")
	got, err := lookup(t.Context(), dns, "two")
	if want := []string{"10.0.0.1", "10.0.0.2", "fd00::1"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := lookup(t.Context(), noResolver{}, "fd00:0::1"); err != nil || got[0] != "fd00::1" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if pause(ctx, time.Hour) {
		t.Error("an ended context was waited for")
	}
}

func TestRoundSuspects(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	m := &member{out: &outbox{p: p, to: "b"}}
	m.node.Name = "b"
	p.roster.join(m)
	start := time.Now()
	m.heard = start
	for _, tt := range []struct {
		after          time.Duration
		probe, suspect bool
	}{
		{0, false, false},
		{400 * time.Millisecond, false, false},
		{500 * time.Millisecond, true, false},
		{1500 * time.Millisecond, false, false}, // one is on its way
		{2500 * time.Millisecond, false, false},
		{2501 * time.Millisecond, false, true},
	} {
		changed := p.Changed()
		list := p.roster.round(start.Add(tt.after), time.Second, 500*time.Millisecond)
		if list[0].probe != tt.probe || m.suspect != tt.suspect {
			t.Errorf("after %s: probe %v, suspect %v", tt.after, list[0].probe, m.suspect)
		}
		select {
		case <-changed:
			if !tt.suspect {
				t.Errorf("after %s: a change was told", tt.after)
			}
		default:
			if tt.suspect {
				t.Errorf("after %s: no change was told", tt.after)
			}
		}
	}
	p.roster.hear("b")
	if m.suspect {
		t.Error("still suspect after a sign of life")
	}
}

func TestStreamsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		from, to := newBounded(g.net.Listen(address(0)), 10*time.Second), memberlist.Address{Addr: address(1)}
		g.net.Listen(address(1))
		start := time.Now()
		c, err := from.DialAddressTimeout(to, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("writing to somebody who does not read: %v after %s", err, time.Since(start))
		}
		_ = c.Close()

		c, err = from.DialTimeout(to.Addr, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { _ = from.Shutdown() })
		if _, err := c.Write(make([]byte, 1<<20)); err == nil || time.Since(start) != 11*time.Second {
			t.Errorf("writing during a shutdown: %v after %s", err, time.Since(start))
		}
		if _, err := from.DialTimeout(to.Addr, time.Second); err == nil {
			t.Error("a stream was opened after the shutdown")
		}
	})
}

func TestOthersAreCountedWithoutThisReplica(t *testing.T) {
	r := newRoster("a")
	in := func(name string) int {
		_, others := r.join(&member{node: memberlist.Node{Name: name, Addr: net.IPv4(10, 0, 0, name[0]), Port: 1}})
		return others
	}
	if got := []int{in("b"), in("a"), in("c")}; !cmp.Equal(got, []int{1, 1, 2}) {
		t.Errorf("joining: %v", got)
	}
	var left []int
	for _, name := range []string{"a", "c", "b"} { // this replica leaves first
		_, others := r.leave(name, 0)
		left = append(left, others)
	}
	if !cmp.Equal(left, []int{2, 1, 0}) {
		t.Errorf("leaving: %v", left)
	}
}
