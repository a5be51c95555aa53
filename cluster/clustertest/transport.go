package clustertest

import (
	"bytes"
	"fmt"
	"net"
	"time"

	"github.com/hashicorp/memberlist"
)

// backlog is how many packets and streams wait for a node; more are lost.
const backlog = 4096

// Transport is the way of one node into the network. It is a
// memberlist.NodeAwareTransport.
type Transport struct {
	net     *Network
	addr    *net.TCPAddr
	packets chan *memberlist.Packet
	streams chan net.Conn
}

func newTransport(n *Network, addr *net.TCPAddr) *Transport {
	return &Transport{
		net:     n,
		addr:    addr,
		packets: make(chan *memberlist.Packet, backlog),
		streams: make(chan net.Conn, backlog),
	}
}

// FinalAdvertiseAddr is the given address, or that of the node.
func (t *Transport) FinalAdvertiseAddr(ip string, port int) (net.IP, int, error) {
	if ip == "" {
		return t.addr.IP, t.addr.Port, nil
	}
	parsed := net.ParseIP(ip)
	if parsed == nil {
		return nil, 0, fmt.Errorf("advertise address %q is not an IP", ip)
	}
	return parsed, port, nil
}

// WriteTo sends a packet.
func (t *Transport) WriteTo(b []byte, addr string) (time.Time, error) {
	return t.WriteToAddress(b, memberlist.Address{Addr: addr})
}

// WriteToAddress sends a packet. It does not block.
func (t *Transport) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	now := time.Now()
	dest, delays := t.net.schedule(t, a.Addr, len(b))
	for _, d := range delays {
		packet := &memberlist.Packet{Buf: bytes.Clone(b), From: t.addr}
		if d == 0 {
			dest.deliver(packet)
			continue
		}
		time.AfterFunc(d, func() { dest.deliver(packet) })
	}
	return now, nil
}

func (t *Transport) deliver(p *memberlist.Packet) {
	p.Timestamp = time.Now()
	select {
	case t.packets <- p:
	default:
	}
}

// PacketCh receives packets.
func (t *Transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// DialTimeout opens a stream.
func (t *Transport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return t.net.connect(t, addr, timeout)
}

// DialAddressTimeout opens a stream.
func (t *Transport) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	return t.net.connect(t, a.Addr, timeout)
}

// StreamCh receives streams that others have opened.
func (t *Transport) StreamCh() <-chan net.Conn { return t.streams }

// Shutdown takes the node off the network.
func (t *Transport) Shutdown() error {
	t.net.mu.Lock()
	mine := t.net.nodes[t.addr.String()] == t
	t.net.mu.Unlock()
	if mine {
		t.net.Crash(t.addr.String())
	}
	return nil
}
