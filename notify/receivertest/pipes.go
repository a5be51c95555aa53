package receivertest

import (
	"context"
	"net"
	"net/http"
	"testing"
)

// pipes is a network of one host, for tests in a bubble where no real
// connection can be.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

// servePipes starts a service in memory, until the test ends. Whatever address
// is dialled, it answers.
func servePipes(t *testing.T, handle http.HandlerFunc) (*service, *pipes) {
	s := &service{handle: handle, url: "http://service.test", addr: "service.test"}
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: s}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(p)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return s, p
}

// Dial connects to the service.
func (p *pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	mine, other := net.Pipe()
	select {
	case p.conns <- other:
		return mine, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make it a net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. It is called once.
func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

// Addr is of no use but must be there.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "service", Net: "pipe"} }
