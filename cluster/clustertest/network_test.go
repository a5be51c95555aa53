package clustertest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

const addrA, addrB = "10.0.0.1:1", "10.0.0.2:1"

func pair(t *testing.T, test func(t *testing.T, n *Network, a, b *Transport)) {
	Bubble(t, func(t *testing.T) {
		n := New(rand.New(rand.NewPCG(1, 2)))
		test(t, n, n.Listen(addrA), n.Listen(addrB))
		time.Sleep(time.Minute)
	})
}

func send(t *testing.T, from *Transport, count int) {
	t.Helper()
	for i := range count {
		if _, err := from.WriteTo([]byte{byte(i)}, addrB); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPackets(t *testing.T) {
	tests := map[string]struct {
		c        Conditions
		min, max int
		after    time.Duration
	}{
		"good":    {Conditions{}, 1000, 1000, 0},
		"lossy":   {Conditions{Loss: .3}, 650, 750, 0},
		"dead":    {Conditions{Loss: 1}, 0, 0, 0},
		"doubled": {Conditions{Duplicate: .5}, 1450, 1550, 0},
		"slow":    {Conditions{MinDelay: time.Second, MaxDelay: 2 * time.Second}, 1000, 1000, 2 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, n *Network, a, b *Transport) {
				n.Set(tt.c)
				send(t, a, 1000)
				if tt.c.MinDelay > 0 {
					time.Sleep(tt.c.MinDelay - 1)
					if got := len(b.packets); got != 0 {
						t.Errorf("%d packets are early", got)
					}
				}
				time.Sleep(tt.after)
				synctest.Wait()
				if got := len(b.packets); got < tt.min || got > tt.max {
					t.Errorf("%d packets, want %d to %d", got, tt.min, tt.max)
				}
				if got := n.Traffic(); got.Packets != 1000 || got.PacketBytes != 1000 {
					t.Errorf("traffic %+v", got)
				}
			})
		})
	}
}

func TestThePacketIsACopy(t *testing.T) {
	pair(t, func(t *testing.T, _ *Network, a, b *Transport) {
		buf := []byte("before")
		_, _ = a.WriteToAddress(buf, memberlist.Address{Addr: addrB})
		copy(buf, "after!")
		if p := <-b.PacketCh(); string(p.Buf) != "before" || p.From.String() != addrA {
			t.Errorf("%q from %s", p.Buf, p.From)
		}
	})
}

func TestPacketsAndSplits(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, b *Transport) {
		n.Split([]string{addrA})
		send(t, a, 10)
		n.Heal()
		send(t, a, 1)
		n.Crash(addrA)
		send(t, a, 10)
		if got := len(b.packets); got != 1 {
			t.Errorf("%d packets arrived", got)
		}
	})
}

// dial returns both ends of a stream.
func dial(t *testing.T, from, to *Transport) (net.Conn, net.Conn) {
	t.Helper()
	c, err := from.DialAddressTimeout(memberlist.Address{Addr: to.addr.String()}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return c, <-to.StreamCh()
}

func TestStreams(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, b *Transport) {
		n.Set(Conditions{MinDelay: 10 * time.Millisecond})
		x, y := dial(t, a, b)
		big := bytes.Repeat([]byte("0123456789"), window/5)
		go func() {
			_, _ = x.Write(big)
			_ = x.Close()
		}()
		got, err := io.ReadAll(y)
		if err != nil || !bytes.Equal(got, big) {
			t.Errorf("%d of %d bytes, %v", len(got), len(big), err)
		}
		if _, err := y.Write(nil); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("writing to a closed end: %v", err)
		}
		_ = y.Close()
		if _, err := y.Read(got); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading from a closed end: %v", err)
		}
		if _, err := y.Write(got); !errors.Is(err, net.ErrClosed) {
			t.Errorf("writing at a closed end: %v", err)
		}
		if x.LocalAddr().String() != addrA || x.RemoteAddr().String() != addrB || y.RemoteAddr().String() != addrA {
			t.Error("addresses")
		}
		if got := n.Traffic(); got.Streams != 1 || got.StreamBytes != len(big) || len(n.pipes) != 0 {
			t.Errorf("traffic %+v, %d streams left", got, len(n.pipes))
		}
	})
}

func TestStreamDeadlines(t *testing.T) {
	pair(t, func(t *testing.T, _ *Network, a, b *Transport) {
		x, _ := dial(t, a, b)
		start := time.Now()
		_ = x.SetDeadline(start.Add(time.Second))
		if _, err := x.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		_ = x.SetReadDeadline(time.Time{})
		_ = x.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := x.Write(make([]byte, window+1)); n != window || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("%d bytes, %v after %s", n, err, time.Since(start))
		}
		_ = x.Close()
	})
}

func TestStreamsAndSplits(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, b *Transport) {
		x, y := dial(t, a, b)
		n.Split([]string{addrA})
		start := time.Now()
		if _, err := a.DialTimeout(addrB, time.Second); err == nil || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		time.AfterFunc(time.Second, n.Heal)
		if _, err := x.Write([]byte("late")); err != nil || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		got := make([]byte, 4)
		if _, err := io.ReadFull(y, got); err != nil || string(got) != "late" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestStreamsAndCrashes(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, b *Transport) {
		x, y := dial(t, a, b)
		time.AfterFunc(time.Second, func() { _ = b.Shutdown() })
		if _, err := x.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reading: %v", err)
		}
		if _, err := y.Write([]byte("x")); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("writing: %v", err)
		}
		if _, err := a.DialTimeout(addrB, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialing: %v", err)
		}
		again := n.Listen(addrB)
		_ = b.Shutdown() // the one before: must not stop the new one
		dial(t, a, again)
	})
}

func TestStall(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, b *Transport) {
		n.Stall(addrB, true)
		c, err := a.DialTimeout(addrB, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(time.Second))
		if n, err := c.Write(make([]byte, 2*window)); n != window || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes, %v", n, err)
		}
		if len(b.streams) != 0 {
			t.Error("the stream has arrived")
		}
		n.Stall(addrB, false)
		dial(t, a, b)
	})
}

func TestAdvertise(t *testing.T) {
	pair(t, func(t *testing.T, n *Network, a, _ *Transport) {
		if ip, port, err := a.FinalAdvertiseAddr("", 0); err != nil || ip.String() != "10.0.0.1" || port != 1 {
			t.Errorf("%s:%d, %v", ip, port, err)
		}
		if ip, port, err := a.FinalAdvertiseAddr("fd00::1", 7); err != nil || ip.String() != "fd00::1" || port != 7 {
			t.Errorf("%s:%d, %v", ip, port, err)
		}
		if _, _, err := a.FinalAdvertiseAddr("host", 7); err == nil {
			t.Error("no error for a host")
		}
		n.Alias("10.0.0.3:1", addrA)
		c, err := a.DialTimeout("10.0.0.3:1", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	})
}
