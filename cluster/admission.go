package cluster

import (
	"net"
	"sync"
)

// How many connections from outside may be open at once. Peers need a handful
// each; who opens more than his share does not keep the others out.
const (
	maxConns        = 512
	maxConnsPerHost = 64
)

// admission counts connections from outside.
type admission struct {
	mu     sync.Mutex
	total  int
	byHost map[string]int
}

// admit counts one connection from an address, or reports false if there are too
// many. release, called once, takes it back.
func (a *admission) admit(from net.Addr) (release func(), ok bool) {
	host := hostOf(from)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= maxConns || a.byHost[host] >= maxConnsPerHost {
		return nil, false
	}
	if a.byHost == nil {
		a.byHost = make(map[string]int)
	}
	a.total++
	a.byHost[host]++
	return func() { a.release(host) }, true
}

func (a *admission) release(host string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.byHost[host]--; a.byHost[host] == 0 {
		delete(a.byHost, host)
	}
}

// hostOf is an address without its port. The addresses of one IPv6 network are
// one host: whoever has one of them has all.
func hostOf(a net.Addr) string {
	if a == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() != nil {
		return host
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

// admitted is a connection that is counted until it is closed.
type admitted struct {
	net.Conn
	once    sync.Once
	release func()
}

// Close closes the connection.
func (c *admitted) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.release)
	return err
}
