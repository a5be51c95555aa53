package disk

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// backlogged is a database that has merges to do.
type backlogged struct {
	s       *scheduler
	waiting bool
	left    int
	done    []func()
	atOnce  bool // a merge ends before it is known to have begun
}

func (b *backlogged) GetAllowedWithoutPermission() int { return 1 }

func (b *backlogged) GetWaitingCompaction() (bool, pebble.WaitingCompaction) {
	b.waiting = b.waiting && b.left > 0
	return b.waiting, pebble.WaitingCompaction{}
}

func (b *backlogged) Schedule(h pebble.CompactionGrantHandle) bool {
	if b.left == 0 {
		b.waiting = false
		return false
	}
	b.left--
	if b.atOnce {
		h.Done()
	} else {
		b.done = append(b.done, h.Done)
	}
	return true
}

// want is what Pebble does when there is something to merge.
func (b *backlogged) want(n int) {
	b.left += n
	for !b.waiting && b.left > 0 {
		ok, h := b.s.TrySchedule()
		if !ok {
			b.waiting = true
			return
		}
		b.left--
		b.done = append(b.done, h.Done)
	}
}

func (b *backlogged) end() {
	done := b.done[0]
	b.done = b.done[1:]
	done()
}

func TestScheduler(t *testing.T) {
	b := &backlogged{s: newScheduler()}
	b.s.Register(2, b)
	expect := func(when string, running, left int) {
		t.Helper()
		if len(b.done) != running || b.left != left {
			t.Errorf("%s: %d run and %d wait, want %d and %d", when, len(b.done), b.left, running, left)
		}
	}
	b.want(2)
	expect("before it is open", 0, 2)
	b.s.begin()
	expect("when it is open", 1, 1)
	b.want(1)
	expect("while one runs", 1, 2)
	b.end()
	expect("when one has ended", 1, 1)
	b.end()
	b.end()
	expect("when all have ended", 0, 0)
	b.want(3)
	expect("later", 1, 2)
	b.atOnce = true
	b.end()
	expect("when each ends at once", 0, 0)
	b.atOnce = false
	b.want(2)
	b.s.Unregister()
	b.end()
	expect("when it is closed", 0, 1)
}

// A database that cannot be opened leaves nothing at work.
func TestNothingIsMergedBeforeItIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewMem()
		db, err := pebble.Open("db", &pebble.Options{FS: fs, Logger: &pebbleLogger{}, FormatMajorVersion: engineFormat, L0StopWritesThreshold: 1000, DisableAutomaticCompactions: true})
		if err != nil {
			t.Fatal(err)
		}
		for range looseTables + 4 { // more tables than may lie about
			if err := errors.Join(db.Set([]byte("key"), []byte("value"), pebble.Sync), db.Flush()); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(db.Set([]byte("key"), []byte("last"), pebble.Sync), db.Close()); err != nil {
			t.Fatal(err)
		}
		var almost, whole atomic.Bool
		var tables atomic.Int64
		open := engineOptions{dir: "db", fs: errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
			switch {
			case op.Kind == errorfs.OpRename: // of the options, which is almost all
				almost.Store(true)
			case op.Kind == errorfs.OpList && almost.Load() && !whole.Load():
				for range 10_000 { // enough for a merge to begin; a sleep would hold locks
					runtime.Gosched()
				}
				return syscall.EIO
			case op.Kind == errorfs.OpCreate && strings.HasSuffix(op.Path, ".sst"):
				tables.Add(1)
			}
			return nil
		}))}
		if _, err = openEngine(open); !errors.Is(err, syscall.EIO) {
			t.Errorf("error %v", err)
		}
		if n := tables.Load(); n != 1 {
			t.Errorf("%d tables were written, want that of the log", n)
		}
		whole.Store(true)
		e, err := openEngine(open)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if n := tables.Load(); n < 2 {
			t.Error("nothing is merged when it is open")
		}
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
	})
}
