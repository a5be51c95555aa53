package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/hashicorp/memberlist"
)

// TLS encrypts what goes over the network. Both functions are called for every
// connection, so that renewed certificates count at once, and from many
// goroutines. They should return the same as long as nothing has changed, since
// with that go the sessions that can be resumed. It is not changed.
type TLS struct {
	Server func() (*tls.Config, error) // for connections from peers
	Client func() (*tls.Config, error) // for those to peers; without a ServerName, the host is the name
}

// idleConn is how long a connection for packets may be silent. The sender closes
// it before that.
const idleConn = 5 * time.Minute

// tlsTransport is memberlist's transport with everything over TLS. Packets for a
// peer share a connection; every stream has its own.
type tlsTransport struct {
	under   streams
	tls     TLS
	timeout time.Duration // of handshakes, frames, and for connecting
	logger  log.Logger
	often   *often
	metrics *tlsMetrics

	packets  chan *memberlist.Packet
	streams  chan net.Conn
	links    *links
	admitted admission
	self     atomic.Pointer[string] // the address that peers are told

	ctx   context.Context // ended by Shutdown
	end   context.CancelFunc
	ended sync.WaitGroup
}

func newTLSTransport(under streams, o *Options, m *tlsMetrics) *tlsTransport {
	t := &tlsTransport{
		under: under, tls: *o.TLS, timeout: o.TCPTimeout, logger: o.Logger, often: &often{}, metrics: m,
		packets: make(chan *memberlist.Packet), streams: make(chan net.Conn),
	}
	t.ctx, t.end = context.WithCancel(context.Background())
	t.links = newLinks(t)
	t.ended.Go(t.accept)
	return t
}

// FinalAdvertiseAddr is what peers are told, and what frames say they are from.
func (t *tlsTransport) FinalAdvertiseAddr(ip string, port int) (net.IP, int, error) {
	final, finalPort, err := t.under.FinalAdvertiseAddr(ip, port)
	if err == nil {
		self := (&net.TCPAddr{IP: final, Port: finalPort}).String()
		t.self.Store(&self)
	}
	return final, finalPort, err
}

func (t *tlsTransport) from() string {
	if self := t.self.Load(); self != nil {
		return *self
	}
	return ""
}

// PacketCh receives packets.
func (t *tlsTransport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// StreamCh receives streams that peers have opened.
func (t *tlsTransport) StreamCh() <-chan net.Conn { return t.streams }

// WriteTo sends a packet.
func (t *tlsTransport) WriteTo(b []byte, addr string) (time.Time, error) {
	return t.WriteToAddress(b, memberlist.Address{Addr: addr})
}

// WriteToAddress sends a packet some time soon. It does not block, and like a
// packet of UDP it may get lost.
func (t *tlsTransport) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	t.links.send(a.Addr, bytes.Clone(b))
	return time.Now(), nil
}

// DialTimeout opens a stream.
func (t *tlsTransport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return t.DialAddressTimeout(memberlist.Address{Addr: addr}, timeout)
}

// DialAddressTimeout opens a stream.
func (t *tlsTransport) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	conn, err := t.dial(a.Addr, timeout)
	if err == nil {
		_ = conn.SetDeadline(time.Now().Add(timeout))
		if _, err = conn.Write(frame{kind: frameStream, from: t.from()}.encode()); err != nil {
			_ = conn.Close()
		}
	}
	if err != nil {
		t.metrics.streamErrors.Inc()
		return nil, fmt.Errorf("open TLS stream to %s: %w", a.Addr, err)
	}
	_ = conn.SetDeadline(time.Time{})
	t.metrics.streamsSent.Inc()
	return conn, nil
}

// dial connects. After the handshake this side knows who the other is, but not yet
// whether the other accepts it.
func (t *tlsTransport) dial(address string, timeout time.Duration) (*tls.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	config, err := t.tls.Client()
	if err != nil {
		return nil, fmt.Errorf("read TLS configuration: %w", err)
	}
	config = config.Clone()
	if config.ServerName == "" {
		host, _, _ = strings.Cut(host, "%") // certificates have no zones
		config.ServerName = host
	}
	ctx, cancel := context.WithTimeout(t.ctx, timeout)
	defer cancel()
	raw, err := t.under.DialAddressTimeout(memberlist.Address{Addr: address}, timeout)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return conn, nil
}

func (t *tlsTransport) accept() {
	for {
		select {
		case <-t.ctx.Done():
			return
		case raw := <-t.under.StreamCh():
			release, ok := t.admitted.admit(raw.RemoteAddr())
			if !ok {
				_ = raw.Close()
				t.failed(raw, errTooMany)
				continue
			}
			conn := &admitted{Conn: raw, release: release}
			t.ended.Go(func() { t.serve(conn) })
		}
	}
}

var errTooMany = errors.New("too many connections")

func (t *tlsTransport) failed(conn net.Conn, err error) {
	t.metrics.readErrors.Inc()
	t.complain("TLS connection for gossip refused", conn.RemoteAddr(), err)
}

func (t *tlsTransport) complain(what string, address any, err error) {
	hint := hintFor(err)
	missed, ok := t.often.allow(what + hint)
	if !ok {
		return
	}
	kv := []any{"msg", what, "address", address, "err", err, "more", missed}
	if hint != "" {
		kv = append(kv, "hint", hint)
	}
	_ = level.Warn(t.logger).Log(kv...)
}

// serve takes what comes over one connection until that has become a stream or is
// at its end.
func (t *tlsTransport) serve(raw net.Conn) {
	keep := false
	stop := context.AfterFunc(t.ctx, func() { _ = raw.Close() })
	defer func() {
		stop()
		if !keep {
			_ = raw.Close()
		}
	}()
	conn, err := t.welcome(raw)
	for err == nil && !keep {
		keep, err = t.next(conn)
	}
	if err != nil && !errors.Is(err, io.EOF) && t.ctx.Err() == nil {
		t.failed(raw, err)
	}
}

// welcome makes sure of who the other is. Until then nothing is kept of it.
func (t *tlsTransport) welcome(raw net.Conn) (*tls.Conn, error) {
	config, err := t.tls.Server()
	if err != nil {
		return nil, fmt.Errorf("read TLS configuration: %w", err)
	}
	_ = raw.SetDeadline(time.Now().Add(t.timeout))
	conn := tls.Server(raw, config)
	if err := conn.HandshakeContext(t.ctx); err != nil {
		return nil, err
	}
	return conn, nil
}

// next takes one frame. keep says that the connection has been handed on.
func (t *tlsTransport) next(conn *tls.Conn) (keep bool, err error) {
	f, err := readFrame(conn, func() { _ = conn.SetReadDeadline(time.Now().Add(t.timeout)) })
	if err != nil {
		return false, err
	}
	if f.kind == frameStream {
		t.metrics.streamsReceived.Inc()
		_ = conn.SetDeadline(time.Time{})
		select {
		case t.streams <- conn:
			return true, nil
		case <-t.ctx.Done():
			return false, t.ctx.Err()
		}
	}
	t.metrics.bytesReceived.Add(float64(len(f.msg)))
	if len(f.msg) > 0 {
		p := &memberlist.Packet{Buf: bytes.Clone(f.msg), From: sender(f.from, conn), Timestamp: time.Now()}
		select {
		case t.packets <- p:
		case <-t.ctx.Done():
			return false, t.ctx.Err()
		}
	}
	return false, conn.SetDeadline(time.Now().Add(idleConn))
}

// sender is where answers to a packet go.
func sender(from string, conn net.Conn) net.Addr {
	host, port, err := splitAddress(from)
	if ip := net.ParseIP(host); err == nil && ip != nil {
		return &net.TCPAddr{IP: ip, Port: port}
	}
	return conn.RemoteAddr()
}

// Shutdown ends everything but the streams, which are memberlist's.
func (t *tlsTransport) Shutdown() error {
	err := t.under.Shutdown()
	t.end()
	t.ended.Wait()
	t.links.ended.Wait()
	return err
}
