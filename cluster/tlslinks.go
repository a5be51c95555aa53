package cluster

import (
	"container/list"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	maxLinks   = 1024            // connections for packets that are kept
	maxPackets = 256             // that wait for one of them
	idleLink   = 2 * time.Minute // after which one is closed; before idleConn
	linkPause  = time.Second     // after one could not be opened
)

// links are the connections for packets, one for each address. At the limit the
// one that has not been used for longest makes room.
type links struct {
	t     *tlsTransport
	ended sync.WaitGroup

	mu     sync.Mutex
	byAddr map[string]*list.Element // of order
	order  *list.List               // of *link, used last in front
}

// link carries packets to one address. Only its goroutine has the connection.
type link struct {
	links   *links
	address string
	packets chan []byte
	stop    context.CancelFunc

	conn    *linkConn // nil: there is none
	resting time.Time // until then it is of no use to connect
}

// linkConn is a connection and what becomes of it.
type linkConn struct {
	*tls.Conn
	opened time.Time
	broken chan error // told once, when the peer ends it or says something
	used   bool       // something was sent
}

func newLinks(t *tlsTransport) *links {
	return &links{t: t, byAddr: make(map[string]*list.Element), order: list.New()}
}

// send hands a packet to the link of an address. It does not block; what does not
// fit is dropped.
func (s *links) send(address string, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.t.ctx.Err() != nil {
		return
	}
	e := s.byAddr[address]
	if e == nil {
		e = s.open(address)
	}
	s.order.MoveToFront(e)
	select {
	case e.Value.(*link).packets <- b:
	default:
		s.t.metrics.packetErrors.Inc()
	}
}

// open makes a link; links are locked.
func (s *links) open(address string) *list.Element {
	if s.order.Len() >= maxLinks {
		oldest := s.order.Back()
		oldest.Value.(*link).stop()
		s.remove(oldest)
	}
	ctx, stop := context.WithCancel(s.t.ctx)
	l := &link{links: s, address: address, packets: make(chan []byte, maxPackets), stop: stop}
	s.byAddr[address] = s.order.PushFront(l)
	s.ended.Go(func() { l.run(ctx) })
	return s.byAddr[address]
}

func (s *links) remove(e *list.Element) {
	delete(s.byAddr, e.Value.(*link).address)
	s.order.Remove(e)
}

func (s *links) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order.Len()
}

// retire forgets a link that nobody uses. It reports false if somebody does.
func (s *links) retire(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(l.packets) > 0 {
		return false
	}
	if e := s.byAddr[l.address]; e != nil && e.Value == l {
		s.remove(e)
	}
	return true
}

func (l *link) run(ctx context.Context) {
	defer l.stop()
	defer l.close()
	idle := time.NewTimer(idleLink)
	defer idle.Stop()
	for {
		var broken chan error
		if l.conn != nil {
			broken = l.conn.broken
		}
		select {
		case <-ctx.Done():
			return
		case <-idle.C:
			if l.links.retire(l) {
				return
			}
		case err := <-broken:
			l.lost(err)
		case b := <-l.packets:
			idle.Reset(idleLink)
			l.send(b)
		}
	}
}

// send sends a packet. A connection that was used before may have ended meanwhile,
// and gets a successor.
func (l *link) send(b []byte) {
	whole := frame{kind: framePacket, from: l.links.t.from(), msg: b}.encode()
	for {
		if l.conn == nil && !l.connect() {
			l.links.t.metrics.packetErrors.Inc()
			return
		}
		again := l.conn.used
		_ = l.conn.SetWriteDeadline(time.Now().Add(l.links.t.timeout))
		_, err := l.conn.Write(whole)
		if err == nil {
			l.conn.used = true
			l.links.t.metrics.bytesSent.Add(float64(len(b)))
			return
		}
		l.lost(err)
		if !again {
			l.links.t.metrics.packetErrors.Inc()
			return
		}
	}
}

// connect reports false if there is no connection, and none is tried for a while.
func (l *link) connect() bool {
	if time.Now().Before(l.resting) {
		return false
	}
	conn, err := l.links.t.dial(l.address, l.links.t.timeout)
	if err != nil {
		l.resting = time.Now().Add(linkPause)
		l.complain(err)
		return false
	}
	l.conn = &linkConn{Conn: conn, opened: time.Now(), broken: make(chan error, 1)}
	// The peer says nothing on it, but that it does not accept our certificate, or
	// that it is gone, is heard in no other way.
	broken := l.conn.broken
	l.links.ended.Go(func() {
		_, err := conn.Read(make([]byte, 1))
		if err == nil {
			err = errors.New("unexpected data")
		}
		broken <- err
	})
	return true
}

// lost gives up the connection. One that did not last is not replaced at once.
func (l *link) lost(err error) {
	if time.Since(l.conn.opened) < linkPause {
		l.resting = time.Now().Add(linkPause)
	}
	l.close()
	if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		l.complain(err)
	}
}

func (l *link) close() {
	if l.conn == nil {
		return
	}
	_ = l.conn.Close()
	l.conn = nil
}

// complain logs what the operator can mend; that peers come and go is logged
// elsewhere.
func (l *link) complain(err error) {
	if hintFor(err) != "" {
		l.links.t.complain("no TLS connection to peer", l.address, err)
	}
}
