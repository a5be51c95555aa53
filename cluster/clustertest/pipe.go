package clustertest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how much of a stream can be under way without being read.
const window = 64 << 10

// pipe is a stream with a buffer in each direction.
type pipe struct {
	net   *Network
	addrs [2]*net.TCPAddr

	mu     sync.Mutex
	cond   *sync.Cond
	ends   [2]end
	broken bool
	cut    bool // the ends are on different sides of a split
}

type end struct {
	arrived         []byte
	closed          bool
	readBy, writeBy time.Time
	timers          []*time.Timer
}

func newPipe(n *Network, a, b *net.TCPAddr) *pipe {
	p := &pipe{net: n, addrs: [2]*net.TCPAddr{a, b}}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *pipe) conn(i int) *conn { return &conn{p, i} }

// breakOff ends the stream at once. The network may be locked.
func (p *pipe) breakOff() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = true
	p.cond.Broadcast()
}

// part says whether the ends can reach each other. The network may be locked.
func (p *pipe) part(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	p.cond.Broadcast()
}

// conn is one end of a pipe.
type conn struct {
	p *pipe
	i int
}

func (c *conn) own() *end   { return &c.p.ends[c.i] }
func (c *conn) other() *end { return &c.p.ends[1-c.i] }

func past(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

// Read waits for data, the end, the deadline.
func (c *conn) Read(b []byte) (int, error) {
	p := c.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		own := c.own()
		switch {
		case own.closed:
			return 0, net.ErrClosed
		case p.broken:
			return 0, syscall.ECONNRESET
		case past(own.readBy):
			return 0, os.ErrDeadlineExceeded
		case len(own.arrived) > 0:
			n := copy(b, own.arrived)
			own.arrived = own.arrived[n:]
			p.cond.Broadcast()
			return n, nil
		case c.other().closed:
			return 0, io.EOF
		}
		p.cond.Wait()
	}
}

// Write waits for room. On the other side of a split there is none.
func (c *conn) Write(b []byte) (int, error) {
	n := 0
	for {
		m, err := c.writeSome(b[n:])
		c.p.net.wrote(m)
		n += m
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

func (c *conn) writeSome(b []byte) (int, error) {
	p := c.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch other := c.other(); {
		case c.own().closed:
			return 0, net.ErrClosed
		case p.broken:
			return 0, syscall.ECONNRESET
		case past(c.own().writeBy):
			return 0, os.ErrDeadlineExceeded
		case other.closed:
			return 0, syscall.EPIPE
		case len(other.arrived) < window && !p.cut:
			n := min(len(b), window-len(other.arrived))
			other.arrived = append(other.arrived, b[:n]...)
			p.cond.Broadcast()
			return n, nil
		}
		p.cond.Wait()
	}
}

// Close ends this end. The other one can read what has arrived.
func (c *conn) Close() error {
	p := c.p
	p.mu.Lock()
	for _, t := range c.own().timers {
		t.Stop()
	}
	c.own().closed = true
	done := c.other().closed
	p.cond.Broadcast()
	p.mu.Unlock()
	if done {
		p.net.forget(p)
	}
	return nil
}

// LocalAddr is the address of this end.
func (c *conn) LocalAddr() net.Addr { return c.p.addrs[c.i] }

// RemoteAddr is the address of the other end.
func (c *conn) RemoteAddr() net.Addr { return c.p.addrs[1-c.i] }

// SetDeadline bounds Read and Write.
func (c *conn) SetDeadline(t time.Time) error {
	c.deadline(t, true, true)
	return nil
}

// SetReadDeadline bounds Read.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.deadline(t, true, false)
	return nil
}

// SetWriteDeadline bounds Write.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.deadline(t, false, true)
	return nil
}

func (c *conn) deadline(t time.Time, read, write bool) {
	p := c.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if read {
		c.own().readBy = t
	}
	if write {
		c.own().writeBy = t
	}
	p.cond.Broadcast()
	if !t.IsZero() && !c.own().closed {
		c.own().timers = append(c.own().timers, time.AfterFunc(time.Until(t), p.wake))
	}
}

func (p *pipe) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cond.Broadcast()
}
