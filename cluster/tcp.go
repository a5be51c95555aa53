package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// streams opens and accepts connections. Every memberlist.NodeAwareTransport can.
type streams interface {
	// FinalAdvertiseAddr returns the given address, or if it is empty the one that
	// peers reach this replica by.
	FinalAdvertiseAddr(ip string, port int) (net.IP, int, error)
	DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error)
	// StreamCh receives what others have opened. Whoever receives it closes it.
	StreamCh() <-chan net.Conn
	Shutdown() error
}

// tcpStreams are streams on a TCP port, without the UDP port beside it that
// memberlist's own transport has.
type tcpStreams struct {
	listener net.Listener
	incoming chan net.Conn
	ctx      context.Context // ended by Shutdown
	end      context.CancelFunc
	once     sync.Once
	ended    sync.WaitGroup
}

// listenTCP opens the port.
func listenTCP(ctx context.Context, host string, port int) (*tcpStreams, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	t := &tcpStreams{listener: listener, incoming: make(chan net.Conn)}
	t.ctx, t.end = context.WithCancel(context.WithoutCancel(ctx))
	t.ended.Go(t.accept)
	return t, nil
}

func (t *tcpStreams) accept() {
	for {
		conn, err := t.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // too many open files, most likely
			select {
			case <-time.After(100 * time.Millisecond):
			case <-t.ctx.Done():
				return
			}
			continue
		}
		select {
		case t.incoming <- conn:
		case <-t.ctx.Done():
			_ = conn.Close()
		}
	}
}

func (t *tcpStreams) port() int { return t.listener.Addr().(*net.TCPAddr).Port }

// FinalAdvertiseAddr is the given address, or that of the port.
func (t *tcpStreams) FinalAdvertiseAddr(ip string, port int) (net.IP, int, error) {
	own := t.listener.Addr().(*net.TCPAddr)
	if ip == "" {
		return own.IP, own.Port, nil
	}
	parsed := net.ParseIP(ip)
	if parsed == nil {
		return nil, 0, fmt.Errorf("advertise address %q is not an IP", ip)
	}
	if four := parsed.To4(); four != nil {
		parsed = four
	}
	if port == 0 {
		port = own.Port
	}
	return parsed, port, nil
}

// DialAddressTimeout opens a connection.
func (t *tcpStreams) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	return (&net.Dialer{Timeout: timeout}).DialContext(t.ctx, "tcp", a.Addr)
}

// StreamCh receives connections that others have opened.
func (t *tcpStreams) StreamCh() <-chan net.Conn { return t.incoming }

// Shutdown closes the port. Connections stay open.
func (t *tcpStreams) Shutdown() error {
	var err error
	t.once.Do(func() {
		t.end()
		err = t.listener.Close()
	})
	t.ended.Wait()
	return err
}
