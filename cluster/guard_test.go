package cluster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// header is that of a stream as memberlist writes it: a type, and a map.
func header(kind byte, pairs ...any) []byte {
	b := []byte{kind, 0x80 | byte(len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		b = append(append(b, 0xa0|byte(len(name))), name...)
		b = append(b, pairs[i+1].([]byte)...)
	}
	return b
}

func number32(v uint32) []byte {
	return []byte{0xce, byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
}

func TestStreamRules(t *testing.T) {
	labelled := append([]byte{typeLabel, 4}, "prod"...)
	sealed := func(size uint32, version byte) []byte {
		return append([]byte{typeEncrypted}, append(number32(size)[1:], version)...)
	}
	plain, secret, label := guardRules{}, guardRules{encrypted: true}, guardRules{label: "prod"}
	foreign := guardRules{foreign: true}
	tests := map[string]struct {
		r    guardRules
		in   []byte
		want error
	}{
		"nothing":               {plain, nil, io.EOF},
		"ping":                  {plain, []byte{typePing, 0x81}, nil},
		"user message":          {plain, header(typeUser, "UserMsgLen", []byte{0xcd, 2, 0}), nil},
		"push and pull":         {plain, header(typePushPull, "Join", []byte{0xc3}, "Nodes", []byte{3}, "UserStateLen", number32(8000)), nil},
		"signed":                {plain, header(typeUser, "UserMsgLen", []byte{0xd1, 2, 0}), nil},
		"negative":              {plain, header(typeUser, "UserMsgLen", []byte{0xd1, 0xff, 0}), errMalformed},
		"huge user message":     {plain, header(typeUser, "UserMsgLen", number32(20<<20)), errStreamSize},
		"a lot of nodes":        {plain, header(typePushPull, "Nodes", number32(1<<20)), errStreamSize},
		"a lot of state":        {plain, header(typePushPull, "UserStateLen", number32(20<<20)), errStreamSize},
		"64 bits":               {plain, header(typeUser, "UserMsgLen", []byte{0xcf, 1, 0, 0, 0, 0, 0, 0, 0}), errStreamSize},
		"unknown field":         {plain, header(typeUser, "Another", []byte{1}), errMalformed},
		"not a number":          {plain, header(typeUser, "UserMsgLen", []byte{0xa1, 'x'}), errMalformed},
		"too many fields":       {plain, []byte{typeUser, 0x8f}, errMalformed},
		"not a map":             {plain, []byte{typeUser, 0xdf, 0, 0, 0, 1}, errMalformed},
		"cut off":               {plain, header(typeUser, "UserMsgLen", []byte{}), errMalformed},
		"compressed":            {plain, []byte{typeCompressed, 0x82}, errUnwanted},
		"error":                 {plain, []byte{13}, errUnwanted},
		"TLS":                   {plain, []byte{22, 3, 1}, errHello},
		"encrypted":             {plain, sealed(100, 1), errEncrypted},
		"our label":             {label, append(labelled, typePing), nil},
		"no label":              {label, []byte{typePing}, errLabel},
		"a label":               {plain, append(labelled, typePing), errLabel},
		"half a label":          {label, labelled[:4], errMalformed},
		"sealed":                {secret, sealed(1000, 1), nil},
		"sealed, other padding": {secret, sealed(1000, 0), errEncrypted},
		"sealed and huge":       {secret, sealed(20<<20, 1), errStreamSize},
		"not sealed":            {secret, header(typeUser, "UserMsgLen", []byte{1}), errPlain},
		"foreign, compressed":   {foreign, []byte{typeCompressed, 0x82}, nil},
		"foreign, a lot":        {foreign, header(typePushPull, "UserStateLen", number32(20<<20)), nil},
		"foreign, nodes":        {foreign, header(typePushPull, "Nodes", number32(1<<20)), errStreamSize},
	}
	for name, tt := range tests {
		in := bufio.NewReader(bytes.NewReader(append(tt.in, "what follows"[:min(12, 12*len(tt.in))]...)))
		if strings.Contains(name, "cut off") || strings.Contains(name, "half") {
			in = bufio.NewReader(bytes.NewReader(tt.in))
		}
		if err := tt.r.stream(in); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if rest, _ := io.ReadAll(in); tt.want == nil && !bytes.HasPrefix(rest, tt.in) {
			t.Errorf("%s: something was taken", name)
		}
	}
}

// TestStreamRulesFitMemberlist has memberlist write what the rules look at.
func TestStreamRulesFitMemberlist(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2, func(o *Options) { o.Label = "prod"; o.ProbeInterval = 5 * time.Second })
		g.together(3 * time.Second)
		for i := range 25 {
			text := strings.Repeat("x", 1<<i>>4)
			nodes[0].bulk.Stream(nodes[0].alerts.Put(fmt.Sprint(i), 1, text))
		}
		time.Sleep(5 * time.Minute)
		g.equal(time.Second)
		for _, n := range nodes {
			if got := n.metric(t, "tocsin_cluster_refused_total"); got != 0 {
				t.Errorf("%v streams and packets are refused", got)
			}
		}
	})
}

func TestPacketRules(t *testing.T) {
	compressed := []byte{typeCompressed, 1, 2, 3}
	compound := func(parts ...[]byte) []byte {
		b := []byte{typeCompound, byte(len(parts))}
		for _, p := range parts {
			b = append(b, byte(len(p)>>8), byte(len(p)))
		}
		return append(b, bytes.Join(parts, nil)...)
	}
	ping := []byte{typePing, 0x81}
	deep := ping
	for range 10 {
		deep = compound(deep)
	}
	plain, secret := guardRules{}, guardRules{encrypted: true, label: "prod"}
	tests := map[string]struct {
		r    guardRules
		b    []byte
		want error
	}{
		"nothing":             {plain, nil, errMalformed},
		"ping":                {plain, ping, nil},
		"compound":            {plain, compound(ping, ping), nil},
		"checksum":            {plain, append([]byte{typeChecksum, 1, 2, 3, 4}, ping...), nil},
		"compressed":          {plain, compressed, errUnwanted},
		"compressed inside":   {plain, compound(ping, compound(compressed)), errUnwanted},
		"compressed, checked": {plain, append([]byte{typeChecksum, 1, 2, 3, 4}, compressed...), errUnwanted},
		"an empty part":       {plain, compound(ping, nil), errMalformed},
		"deep":                {plain, deep, errMalformed},
		"cut off":             {plain, compound(ping, ping)[:7], errMalformed},
		"no lengths":          {plain, []byte{typeCompound, 200, 0}, errMalformed},
		"huge":                {plain, make([]byte, maxPacket+1), errPacketSize},
		"foreign":             {guardRules{foreign: true}, compressed, nil},
		"a label":             {plain, append([]byte{typeLabel, 1, 'x'}, ping...), errLabel},
		"half a label":        {plain, []byte{typeLabel, 9, 'x'}, errMalformed},
		"sealed":              {secret, append([]byte{typeLabel, 4, 'p', 'r', 'o', 'd'}, 1, 2, 3), nil},
		"other padding":       {secret, append([]byte{typeLabel, 4, 'p', 'r', 'o', 'd'}, 0, 2, 3), errPlain},
	}
	for name, tt := range tests {
		if err := tt.r.packet(tt.b); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// TestOverheardMessages sends again what was overheard, changed where encryption
// does not protect it.
func TestOverheardMessages(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		secret := func(o *Options) { o.SecretKeys = [][]byte{key(1)} }
		g.peers = []string{address(0)}
		a := g.start("a", address(0), secret)
		spy := g.net.Listen(address(1)) // in the place of a peer
		time.Sleep(5 * time.Second)
		to := memberlist.Node{Name: "b", Addr: net.IPv4(10, 0, 0, 2), Port: 9094}
		for n := range 64 {
			if err := a.list.Load().SendBestEffort(&to, bytes.Repeat([]byte{0xff}, n+1)); err != nil {
				t.Fatal(err)
			}
			p := <-spy.PacketCh()
			p.Buf[0] = 0
			if _, err := spy.WriteTo(p.Buf, address(0)); err != nil {
				t.Fatal(err)
			}
			go func() { _ = a.list.Load().SendReliable(&to, bytes.Repeat([]byte{0xff}, n+1)) }()
			in := <-spy.StreamCh()
			b, _ := io.ReadAll(in)
			_ = in.Close()
			b[5] = 0
			out, err := spy.DialTimeout(address(0), time.Second)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = out.Write(b)
			_, _ = io.Copy(io.Discard, out)
			_ = out.Close()
		}
		if got := a.metric(t, "tocsin_cluster_refused_total"); got != 128 {
			t.Errorf("%v of 128 were refused", got)
		}
		if n := strings.Count(a.logs.String(), "refused"); n == 0 || n > 4 {
			t.Errorf("%d lines about it", n)
		}
	})
}

// TestSlowStreams opens as many streams as it can and says nothing, or little, or
// a lot.
func TestSlowStreams(t *testing.T) {
	kinds := map[string][]byte{
		"nothing":        nil,
		"a label":        {typeLabel, 200, 'x'},
		"a byte":         {typeUser},
		"a claim":        header(typeUser, "UserMsgLen", number32(maxMessage)),
		"a large claim":  header(typeUser, "UserMsgLen", number32(20<<20)),
		"nodes":          header(typePushPull, "Nodes", number32(1<<20), "UserStateLen", number32(1)),
		"a few nodes":    header(typePushPull, "Nodes", number32(maxNodes), "UserStateLen", number32(1), "Join", []byte{0xc3}),
		"a lot of bytes": append(header(typeUser, "UserMsgLen", number32(maxMessage)), make([]byte, 1<<20)...),
	}
	for name, b := range kinds {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, g *group) {
				nodes := g.startAll(2)
				a := nodes[0]
				g.together(3 * time.Second)
				bad := g.net.Listen("10.6.6.6:1")
				for range 5 * maxConnsPerHost {
					c, err := bad.DialTimeout(address(0), time.Second)
					if err != nil {
						t.Fatal(err)
					}
					defer c.Close()
					go func() { _, _ = c.Write(b) }()
				}
				guard := a.guard(t)
				synctest.Wait()
				if got := guard.admitted.byHost["10.6.6.6"]; got > maxConnsPerHost {
					t.Errorf("%d streams are open", got)
				}
				if got := guard.held.Load(); got > maxConnsPerHost*(1<<20+4096) {
					t.Errorf("%d bytes are held", got)
				}
				nodes[1].bulk.Stream(nodes[1].alerts.Put("x", 1, "x"))
				if took := g.equal(time.Second); took > 100*time.Millisecond {
					t.Errorf("meanwhile a change took %s", took)
				}
				time.Sleep(25 * time.Second)
				if synctest.Wait(); guard.admitted.byHost["10.6.6.6"] != 0 || guard.held.Load() > 1<<20 {
					t.Errorf("%d streams are still open, %d bytes held", guard.admitted.byHost["10.6.6.6"], guard.held.Load())
				}
				g.together(0)
				if n := strings.Count(a.logs.String(), "level=warn") + strings.Count(a.logs.String(), "level=error"); n > 20 {
					t.Errorf("%d lines about it", n)
				}
			})
		})
	}
}

func (n *node) guard(t *testing.T) *guard {
	t.Helper()
	g := n.incoming.Load()
	if g == nil {
		t.Fatal("not running")
	}
	return g
}

func TestTooMuchAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(2)
		g.together(3 * time.Second)
		guard := nodes[0].guard(t)
		guard.held.Add(maxHeld + 1)
		nodes[1].bulk.Stream(nodes[1].alerts.Put("x", 1, noise(100_000)))
		time.Sleep(20 * time.Second)
		if nodes[0].alerts.count() != 0 {
			t.Error("it was received")
		}
		guard.held.Add(-maxHeld - 1)
		g.equal(2 * time.Minute) // the sender believes it arrived; the next comparison finds out
		g.together(time.Minute)
		if synctest.Wait(); guard.held.Load() != 0 {
			t.Errorf("%d bytes are held", guard.held.Load())
		}
	})
}

func FuzzPacketRules(f *testing.F) {
	f.Add([]byte{typeCompound, 2, 0, 1, 0, 1, 0, 0}, false)
	f.Add([]byte{typeChecksum, 1, 2, 3, 4, typeCompressed}, false)
	f.Add([]byte{typeLabel, 1, 'x', 1}, true)
	f.Fuzz(func(t *testing.T, b []byte, encrypted bool) {
		r := guardRules{encrypted: encrypted}
		if r.packet(b) == nil && !encrypted && b[0] == typeCompressed {
			t.Error("compressed")
		}
	})
}

func FuzzStreamRules(f *testing.F) {
	f.Add(header(typeUser, "UserMsgLen", number32(1000)), false)
	f.Add(header(typePushPull, "Join", []byte{0xc3}, "Nodes", []byte{3}, "UserStateLen", number32(8000)), false)
	f.Add([]byte{typeEncrypted, 0, 0, 1, 0, 1}, true)
	f.Add([]byte{typeLabel, 2, 'x', 'y', typePing}, true)
	f.Fuzz(func(t *testing.T, b []byte, encrypted bool) {
		in := bufio.NewReader(bytes.NewReader(b))
		if err := (guardRules{encrypted: encrypted}).stream(in); err == nil {
			if rest, _ := io.ReadAll(in); !bytes.Equal(rest, b) {
				t.Error("something was taken")
			}
		}
	})
}

func TestAdmission(t *testing.T) {
	var a admission
	from := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 1} }
	for i := range maxConns {
		host := fmt.Sprintf("10.0.0.%d", i/maxConnsPerHost)
		if _, ok := a.admit(from(host)); !ok {
			t.Fatalf("connection %d is refused", i)
		}
		if i == maxConnsPerHost-1 {
			if _, ok := a.admit(from(host)); ok {
				t.Error("too many from one host")
			}
		}
	}
	if _, ok := a.admit(from("10.0.0.200")); ok {
		t.Error("too many")
	}
	for addr, want := range map[net.Addr]string{
		from("10.0.0.1"):           "10.0.0.1",
		from("fd00:1:2:3:4:5:6:7"): "fd00:1:2:3::",
		&net.UnixAddr{Name: "x"}:   "x",
		from("::ffff:10.0.0.1"):    "10.0.0.1",
	} {
		if got := hostOf(addr); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
	if hostOf(nil) != "" {
		t.Error("nobody is somebody")
	}
}

func TestOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &often{}
		for i, want := range []bool{true, false, false, true} {
			if i == 3 {
				time.Sleep(quietFor)
			}
			missed, ok := o.allow("x")
			if ok != want || missed != map[int]int{3: 2}[i] {
				t.Errorf("line %d: %v, %d missed", i, ok, missed)
			}
		}
		for i := range 10 * maxQuiet {
			o.allow(fmt.Sprint(i))
		}
		if len(o.kinds) > maxQuiet {
			t.Errorf("%d kinds are remembered", len(o.kinds))
		}
	})
}
