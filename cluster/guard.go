package cluster

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/hashicorp/memberlist"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// maxPacket is the size of a packet. Ours are below 1400 bytes but for names
	// that are very long.
	maxPacket = 16 << 10
	// maxStream is the size of a stream: one message, or the state of all members
	// with digests.
	maxStream = maxMessage + 512<<10
	// maxForeignStream is that in a cluster of Alertmanager, where a stream has the
	// whole state.
	maxForeignStream = 21 << 20
	// maxHeld is what all streams that are open may have sent so far. Whoever has
	// no key is found out only when everything is there.
	maxHeld = 128 << 20
)

var (
	errPacketSize = errors.New("packet is too large")
	errStreamSize = errors.New("stream is too large")
	errTooMuch    = errors.New("too much is being received")
	errLabel      = errors.New("another cluster label")
	errPlain      = errors.New("not encrypted, and this replica encrypts")
	errEncrypted  = errors.New("encrypted, and this replica does not encrypt, or in another way")
	errHello      = errors.New("the beginning of TLS")
	errUnwanted   = errors.New("a message that members do not send")
)

// guard stands between the network and memberlist, which trusts what it is told
// about sizes and how much it is told. What gets past the guard costs no more
// memory than was really sent, and not much of that. Outgoing traffic it leaves
// alone.
type guard struct {
	memberlist.NodeAwareTransport
	rules    guardRules
	timeout  time.Duration // for the first bytes of a stream
	logger   log.Logger
	often    *often
	refused  prometheus.Counter
	admitted admission
	held     atomic.Int64

	packets chan *memberlist.Packet
	streams chan net.Conn
	done    chan struct{}
	once    sync.Once
	ended   sync.WaitGroup
}

// guardRules say what may come in.
type guardRules struct {
	label     string
	encrypted bool
	foreign   bool // from Alertmanager, which compresses
}

func newGuard(t memberlist.NodeAwareTransport, o *Options, refused prometheus.Counter) *guard {
	g := &guard{
		NodeAwareTransport: t, timeout: o.TCPTimeout, logger: o.Logger, often: &often{}, refused: refused,
		rules:   guardRules{label: o.Label, encrypted: len(o.SecretKeys) > 0, foreign: o.Alertmanager},
		packets: make(chan *memberlist.Packet), streams: make(chan net.Conn), done: make(chan struct{}),
	}
	g.ended.Go(g.watchPackets)
	g.ended.Go(g.watchStreams)
	return g
}

// PacketCh receives the packets that may come in.
func (g *guard) PacketCh() <-chan *memberlist.Packet { return g.packets }

// StreamCh receives the streams that may come in.
func (g *guard) StreamCh() <-chan net.Conn { return g.streams }

// Shutdown ends the transport, which until then has to get rid of what comes in.
func (g *guard) Shutdown() error {
	err := g.NodeAwareTransport.Shutdown()
	g.once.Do(func() { close(g.done) })
	g.ended.Wait()
	return err
}

// open counts the streams that are open; nil has none.
func (g *guard) open() int {
	if g == nil {
		return 0
	}
	g.admitted.mu.Lock()
	defer g.admitted.mu.Unlock()
	return g.admitted.total
}

func (g *guard) refuse(what string, from net.Addr, err error) {
	g.refused.Inc()
	missed, ok := g.often.allow(what + err.Error())
	if !ok {
		return
	}
	kv := []any{"msg", what + " refused", "from", from, "err", err, "more", missed}
	if hint := hintFor(err); hint != "" {
		kv = append(kv, "hint", hint)
	}
	_ = level.Warn(g.logger).Log(kv...)
}

func (g *guard) watchPackets() {
	for {
		select {
		case <-g.done:
			return
		case p := <-g.NodeAwareTransport.PacketCh():
			if err := g.rules.packet(p.Buf); err != nil {
				g.refuse("packet", p.From, err)
				continue
			}
			if cap(p.Buf) > 2*len(p.Buf) {
				p.Buf = bytes.Clone(p.Buf) // memberlist keeps it for a while
			}
			select {
			case g.packets <- p:
			case <-g.done:
			}
		}
	}
}

func (g *guard) watchStreams() {
	for {
		select {
		case <-g.done:
			return
		case conn := <-g.NodeAwareTransport.StreamCh():
			release, ok := g.admitted.admit(conn.RemoteAddr())
			if !ok {
				_ = conn.Close()
				g.refuse("stream", conn.RemoteAddr(), errTooMany)
				continue
			}
			counted := &admitted{Conn: conn, release: release}
			g.ended.Go(func() { g.letIn(counted) })
		}
	}
}

// letIn hands a stream on when its first bytes are in order.
func (g *guard) letIn(conn *admitted) {
	_ = conn.SetDeadline(time.Now().Add(g.timeout))
	opened := make(chan struct{})
	defer close(opened)
	g.ended.Go(func() {
		select {
		case <-opened:
		case <-g.done:
			_ = conn.Close()
		}
	})
	in := &streamIn{admitted: conn, guard: g, left: maxStream}
	if g.rules.foreign {
		in.left = maxForeignStream
	}
	in.buffered = bufio.NewReader(metered{in})
	if err := g.rules.stream(in.buffered); err != nil {
		_ = in.Close()
		if !errors.Is(err, io.EOF) {
			g.refuse("stream", conn.RemoteAddr(), err)
		}
		return
	}
	select {
	case g.streams <- in:
	case <-g.done:
		_ = in.Close()
	}
}

// streamIn is a stream of bounded size whose first bytes have been looked at.
type streamIn struct {
	*admitted
	guard    *guard
	buffered *bufio.Reader
	left     int // bytes that it may still send
	held     atomic.Int64
	closing  sync.Once
}

// Read reads from the stream.
func (s *streamIn) Read(b []byte) (int, error) { return s.buffered.Read(b) }

// Close closes the stream.
func (s *streamIn) Close() error {
	err := s.admitted.Close()
	s.closing.Do(func() { s.guard.held.Add(-s.held.Load()) })
	return err
}

// metered reads from the network, and counts.
type metered struct{ *streamIn }

func (m metered) Read(b []byte) (int, error) {
	switch {
	case m.left <= 0:
		return 0, errStreamSize
	case m.guard.held.Load() > maxHeld:
		return 0, errTooMuch
	}
	n, err := m.admitted.Read(b[:min(len(b), m.left)])
	m.left -= n
	m.held.Add(int64(n))
	m.guard.held.Add(int64(n))
	return n, err
}

// Numbers that messages of memberlist begin with.
const (
	typePing       = 0
	typePushPull   = 6
	typeCompound   = 7
	typeUser       = 8
	typeCompressed = 9
	typeEncrypted  = 10
	typeChecksum   = 12
	typeHello      = 22 // none of memberlist's: a record of TLS
	typeLabel      = 244

	// encryptionVersion is that of memberlist's since 2014. The number is not
	// protected: with a 0 in its place whoever has overheard a message could have
	// memberlist look for padding that is not there, and crash.
	encryptionVersion = 1
)

// packet says why a packet may not come in.
func (r guardRules) packet(b []byte) error {
	if len(b) > maxPacket && !r.foreign {
		return errPacketSize
	}
	b, label, err := memberlist.RemoveLabelHeaderFromPacket(b)
	switch {
	case err != nil || len(b) == 0:
		return errMalformed
	case label != r.label:
		return errLabel
	case !r.encrypted:
		return r.plainPacket(b, 0)
	case b[0] != encryptionVersion:
		return errPlain
	}
	return nil
}

// plainPacket looks into a packet for what is compressed: a few bytes can stand
// for 40 MB, and those again.
func (r guardRules) plainPacket(b []byte, depth int) error {
	if r.foreign {
		return nil
	}
	if len(b) > 5 && b[0] == typeChecksum {
		b = b[5:]
	}
	switch {
	case len(b) == 0 || depth > 4:
		return errMalformed
	case b[0] == typeCompressed:
		return errUnwanted
	case b[0] != typeCompound:
		return nil
	}
	return eachPart(b[1:], func(part []byte) error { return r.plainPacket(part, depth+1) })
}

// eachPart goes through the parts of a compound packet: their number, their
// lengths, and then they.
func eachPart(b []byte, do func([]byte) error) error {
	if len(b) == 0 || len(b) < 1+2*int(b[0]) {
		return errMalformed
	}
	lengths, rest := b[1:1+2*int(b[0])], b[1+2*int(b[0]):]
	for ; len(lengths) > 0; lengths = lengths[2:] {
		n := int(binary.BigEndian.Uint16(lengths))
		if n > len(rest) {
			return errMalformed
		}
		if err := do(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
