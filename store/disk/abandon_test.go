package disk

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
)

// TestAnEngineIsNotClosedUnderACall lets a call run on when the engine has died and
// nobody waits any more.
func TestAnEngineIsNotClosedUnderACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := openEngine(engineOptions{dir: "db", fs: vfs.NewMem(), logger: log.NewNopLogger()})
		if err != nil {
			t.Fatal(err)
		}
		run := make(chan struct{})
		full := errors.New("full")
		go func() {
			synctest.Wait() // for the call
			e.logger.die(full)
		}()
		if err := e.guarded(func() error { <-run; return nil }, nil); !errors.Is(err, full) {
			t.Errorf("error %v, want that of the death", err)
		}
		e.abandon()
		synctest.Wait()
		if isClosed(e.db) {
			t.Error("it is closed while a call runs")
		}
		close(run)
		synctest.Wait()
		if !isClosed(e.db) {
			t.Error("it is not closed after the call")
		}
	})
}

func isClosed(db *pebble.DB) (closed bool) {
	defer func() {
		if err, ok := recover().(error); ok {
			closed = errors.Is(err, pebble.ErrClosed)
		}
	}()
	_, closer, err := db.Get([]byte("k"))
	if err == nil {
		_ = closer.Close()
	}
	return false
}
