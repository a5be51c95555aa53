package sim

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// deaf lets the daemon hear no answer of a receiver for as long as the switch is
// on; the receiver hears all.
func deaf(on *atomic.Bool) func(*daemon.Options) {
	return func(o *daemon.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil || !on.Load() {
				return conn, err
			}
			return deafConn{conn, make(chan struct{})}, nil
		}
	}
}

// deafConn reads nothing until it is closed.
type deafConn struct {
	net.Conn
	closed chan struct{}
}

func (c deafConn) Read([]byte) (int, error) {
	<-c.closed
	return 0, net.ErrClosed
}

func (c deafConn) Close() error {
	close(c.closed)
	return c.Conn.Close()
}

// Between the notification and its record tocsin dies, and before that the alert
// ends. Whoever has heard the one hears the other.
func TestWhoMayHaveHeardOfAnAlertHearsOfItsEnd(t *testing.T) {
	fs := vfs.NewCrashableMem()
	var silent atomic.Bool
	inBubble(t, config, func(w *world) {
		silent.Store(true)
		w.fires("a")
		w.until(40 * time.Second)
		w.ends("a")
		w.until(50 * time.Second)
		fs = w.crash(fs)
		silent.Store(false)
		w.until(time.Minute)
		w.boot()
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "1m0s ops -a (all alerts resolved)")
	}, onDisk(fs), deaf(&silent))
}

// Somebody who was not told that something fires, and that is known, has no use for
// its end.
func TestWhoHasNotHeardOfAnAlertIsNotToldOfItsEnd(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.setDown(true)
		w.fires("a")
		w.until(2 * time.Minute)
		w.ends("a")
		fs = w.crash(fs)
		w.setDown(false)
		w.boot()
		w.until(time.Hour)
		w.want()
	}, onDisk(fs))
}
