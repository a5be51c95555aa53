// Package clustertest is a network in memory for memberlist. It loses, delays and
// doubles packets, falls apart and comes together again, and its nodes crash. It
// has no real sockets and waits only on timers and condition variables, so that
// it can be used in testing/synctest bubbles.
package clustertest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"
)

// Conditions are how well the network works.
type Conditions struct {
	Loss      float64 // share of packets that vanish, 0 to 1
	Duplicate float64 // share of packets that arrive twice
	// Every packet and every new stream is under way for a random time between the
	// two.
	MinDelay, MaxDelay time.Duration
}

// Traffic counts what was sent, whether or not it arrived.
type Traffic struct {
	Packets, PacketBytes int
	Streams, StreamBytes int
}

// Network joins transports. All methods may be called from many goroutines.
type Network struct {
	mu         sync.Mutex
	rand       *rand.Rand
	conditions Conditions
	nodes      map[string]*Transport
	sides      map[string]int
	stalled    map[string]bool
	traffic    Traffic
	pipes      map[*pipe]struct{}
}

// New returns a network that takes its chances from r, which is the network's from
// then on.
func New(r *rand.Rand) *Network {
	return &Network{
		rand:    r,
		nodes:   make(map[string]*Transport),
		sides:   make(map[string]int),
		stalled: make(map[string]bool),
		pipes:   make(map[*pipe]struct{}),
	}
}

// Listen returns the transport of a node at an address, ip:port. It takes the
// place of one that was there before. It panics if the address is none.
func (n *Network) Listen(address string) *Transport {
	addr, err := net.ResolveTCPAddr("tcp", address)
	if err != nil || addr.IP == nil {
		panic(fmt.Sprintf("clustertest: address %q: %v", address, err))
	}
	t := newTransport(n, addr)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[address] = t
	return t
}

// Alias lets a node be reached at a second address too.
func (n *Network) Alias(alias, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[alias] = n.nodes[address]
}

// Set changes the conditions.
func (n *Network) Set(c Conditions) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conditions = c
}

// Split cuts the network into the given sides, each a list of addresses. All
// nodes that are not named stay together.
func (n *Network) Split(sides ...[]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.sides)
	for i, side := range sides {
		for _, address := range side {
			n.sides[address] = i + 1
		}
	}
	for p := range n.pipes {
		p.part(n.sides[p.addrs[0].String()] != n.sides[p.addrs[1].String()])
	}
}

// Heal brings all nodes together again.
func (n *Network) Heal() { n.Split() }

// Stall makes a node accept streams and not read from them, or read again. Streams
// that are open go on.
func (n *Network) Stall(address string, stalled bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stalled[address] = stalled
}

// Crash takes a node off the network at once: its streams break, nothing it sends
// gets out. New streams to it are refused.
func (n *Network) Crash(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.nodes, address)
	for p := range n.pipes {
		if p.addrs[0].String() == address || p.addrs[1].String() == address {
			p.breakOff()
		}
	}
}

// Traffic returns what was sent since the last call.
func (n *Network) Traffic() Traffic {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.traffic
	n.traffic = Traffic{}
	return t
}

func (n *Network) delay() time.Duration {
	c := n.conditions
	if c.MaxDelay <= c.MinDelay {
		return c.MinDelay
	}
	return c.MinDelay + time.Duration(n.rand.Int64N(int64(c.MaxDelay-c.MinDelay)))
}

// schedule decides what becomes of a packet: the delays after which it arrives.
func (n *Network) schedule(from *Transport, to string, size int) (*Transport, []time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.traffic.Packets++
	n.traffic.PacketBytes += size
	dest := n.nodes[to]
	if dest == nil || n.nodes[from.addr.String()] != from || n.sides[to] != n.sides[from.addr.String()] {
		return nil, nil
	}
	if n.rand.Float64() < n.conditions.Loss {
		return nil, nil
	}
	delays := []time.Duration{n.delay()}
	if n.rand.Float64() < n.conditions.Duplicate {
		delays = append(delays, n.delay())
	}
	return dest, delays
}

var errTimeout = errors.New("i/o timeout")

// connect opens a stream. To the other side of a split it takes its whole time
// and fails.
func (n *Network) connect(from *Transport, to string, timeout time.Duration) (net.Conn, error) {
	n.mu.Lock()
	self := from.addr.String()
	apart := n.sides[to] != n.sides[self] || n.nodes[self] != from
	wait := n.delay()
	n.mu.Unlock()
	if apart || wait > timeout {
		time.Sleep(timeout)
		return nil, dialError(to, errTimeout)
	}
	if wait > 0 {
		time.Sleep(wait)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	dest := n.nodes[to]
	if dest == nil || n.nodes[self] != from {
		return nil, dialError(to, syscall.ECONNREFUSED)
	}
	p := newPipe(n, from.addr, dest.addr)
	if !n.stalled[to] {
		select {
		case dest.streams <- p.conn(1):
		default:
			return nil, dialError(to, syscall.ECONNREFUSED)
		}
	}
	n.pipes[p] = struct{}{}
	n.traffic.Streams++
	return p.conn(0), nil
}

func dialError(to string, err error) error {
	return fmt.Errorf("dial %s: %w", to, err)
}

func (n *Network) wrote(size int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.traffic.StreamBytes += size
}

func (n *Network) forget(p *pipe) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.pipes, p)
}
