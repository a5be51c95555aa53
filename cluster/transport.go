package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// bounded is a transport whose outgoing streams end: after a time, however slowly
// the peer reads, and when the transport is shut down. memberlist bounds reading
// but not writing.
type bounded struct {
	memberlist.NodeAwareTransport
	timeout time.Duration

	mu     sync.Mutex
	closed bool
	open   map[*boundedConn]struct{}
}

var errShutdown = errors.New("transport is shut down")

func newBounded(t memberlist.NodeAwareTransport, timeout time.Duration) *bounded {
	return &bounded{NodeAwareTransport: t, timeout: timeout, open: make(map[*boundedConn]struct{})}
}

// DialTimeout opens a stream.
func (b *bounded) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return b.DialAddressTimeout(memberlist.Address{Addr: addr}, timeout)
}

// DialAddressTimeout opens a stream.
func (b *bounded) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	conn, err := b.NodeAwareTransport.DialAddressTimeout(a, timeout)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(b.timeout)); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("bound stream to %s: %w", a.Addr, err)
	}
	c := &boundedConn{Conn: conn, owner: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		_ = conn.Close()
		return nil, errShutdown
	}
	b.open[c] = struct{}{}
	return c, nil
}

// Shutdown ends the transport and its outgoing streams.
func (b *bounded) Shutdown() error {
	b.mu.Lock()
	b.closed = true
	for c := range b.open {
		_ = c.Conn.Close()
	}
	b.mu.Unlock()
	return b.NodeAwareTransport.Shutdown()
}

type boundedConn struct {
	net.Conn
	owner *bounded
}

// Close closes the stream.
func (c *boundedConn) Close() error {
	c.owner.mu.Lock()
	delete(c.owner.open, c)
	c.owner.mu.Unlock()
	return c.Conn.Close()
}

// configure completes the configuration of memberlist with what depends on the
// network: the transport and the address that is told to peers.
func (o *Options) configure(ctx context.Context, c *memberlist.Config, m *metrics) (*guard, error) {
	c.Logger = slog.NewLogLogger(lines{o.Logger, &often{}}, slog.LevelDebug)
	host, port, err := o.advertised(ctx)
	if err != nil {
		return nil, err
	}
	c.AdvertiseAddr, c.AdvertisePort = host, port
	t, err := o.listen(ctx, c, m)
	if err != nil {
		return nil, err
	}
	return newGuard(t, o, m.refused), nil
}

// listen opens the ports.
func (o *Options) listen(ctx context.Context, c *memberlist.Config, m *metrics) (memberlist.NodeAwareTransport, error) {
	if o.Transport != nil {
		c.BindPort = c.AdvertisePort
		if o.TLS != nil {
			return newTLSTransport(o.Transport, o, m.tls), nil
		}
		return o.Transport, nil
	}
	bind, port, err := splitAddress(o.ListenAddress)
	if err != nil {
		return nil, fmt.Errorf("listen %w", err)
	}
	if bind == "" {
		bind = "0.0.0.0"
	}
	if bind, err = oneIP(ctx, o.Resolver, bind, ""); err != nil {
		return nil, err
	}
	var t memberlist.NodeAwareTransport
	if o.TLS != nil {
		t, port, err = o.listenTLS(ctx, bind, port, m)
	} else {
		t, port, err = o.listenPlain(bind, port, c)
	}
	if err != nil {
		return nil, err
	}
	c.BindAddr, c.BindPort = bind, port
	c.AdvertisePort = cmp.Or(c.AdvertisePort, port)
	return t, nil
}

func (o *Options) listenTLS(ctx context.Context, bind string, port int, m *metrics) (memberlist.NodeAwareTransport, int, error) {
	tcp, err := listenTCP(ctx, bind, port)
	if err != nil {
		return nil, 0, err
	}
	return newTLSTransport(tcp, o, m.tls), tcp.port(), nil
}

func (o *Options) listenPlain(bind string, port int, c *memberlist.Config) (memberlist.NodeAwareTransport, int, error) {
	t, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{
		BindAddrs: []string{bind}, BindPort: port, Logger: c.Logger,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("listen on %s: %w", o.ListenAddress, err)
	}
	return t, t.GetAutoBindPort(), nil
}
