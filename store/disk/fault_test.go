package disk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// fault fails operations of a file system from the n-th on, until it is ended.
type fault struct {
	from   int
	once   bool   // only that one
	reads  bool   // those, too
	suffix string // only files with such a name
	err    error

	mu    sync.Mutex
	seen  int
	hits  int
	ended bool
}

func (f *fault) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() != errorfs.OpIsWrite && !f.reads || !strings.HasSuffix(op.Path, f.suffix) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if f.ended || f.seen <= f.from || f.once && f.hits > 0 {
		return nil
	}
	f.hits++
	return f.err
}

func (f *fault) String() string {
	return fmt.Sprintf("%v at %d, once %v, reads %v, *%s", f.err, f.from, f.once, f.reads, f.suffix)
}

func (f *fault) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
}

// failed reports whether anything was hit.
func (f *fault) failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits > 0
}

func someErrno(r *rand.Rand) error {
	return []error{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT}[r.IntN(3)]
}

func someFault(r *rand.Rand) *fault {
	return &fault{
		from:   r.IntN(400) >> r.IntN(5),
		once:   r.IntN(2) == 0,
		reads:  r.IntN(3) == 0,
		suffix: []string{"", "", "", ".log", ".sst", "db"}[r.IntN(6)],
		err:    someErrno(r),
	}
}

// Whatever fails and whenever, nothing hangs, what was acknowledged is there, and it
// goes on by itself.
func TestFaultsAtAnyPoint(t *testing.T) {
	t.Parallel()
	for seed := range seeds(t, 50) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { faultAnywhere(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func faultAnywhere(t *testing.T, r *rand.Rand) {
	l := newLedger()
	fs := vfs.NewCrashableMem()
	for range 4 {
		f := someFault(r)
		db, err := Open(Options{Dir: "data/db", FS: errorfs.Wrap(fs, f)})
		if err != nil {
			if !errors.Is(err, f.err) {
				t.Errorf("%s: does not start: %v", f, err)
			}
			f.end()
			db, _ = mustOpen(t, fs)
		}
		table := NewTable(db, 't', texts())
		found, err := table.All()
		if err != nil {
			if !errors.Is(err, f.err) {
				t.Errorf("%s: cannot be read: %v", f, err)
			}
			f.end()
			if err := start(t, db)(); err != nil && !errors.Is(err, f.err) {
				t.Errorf("%s: the end says %v", f, err)
			}
			db, table = mustOpen(t, fs)
			found = everything(t, table)
		}
		l.compare(t, numbersIn(t, found))
		fs = l.live(t, db, table, f, fs, r)
	}
	db, table := mustOpen(t, fs)
	l.compare(t, numbersIn(t, everything(t, table)))
	during(t, db, func() {})
	if dirs := aside(t, fs); len(dirs) > 0 {
		t.Errorf("a fault that passes is taken for damage: %q", dirs)
	}
}

// live changes something for a while, and ends in some way. It returns what is left.
func (l *ledger) live(t *testing.T, db *DB, table *Table[string], f *fault, fs *vfs.MemFS, r *rand.Rand) *vfs.MemFS {
	t.Helper()
	stop := start(t, db)
	var all []map[string]uint64
	acked := func() {
		for _, changed := range all {
			l.ack(changed, SyncAlways)
		}
		all = nil
	}
	sync := func() error {
		err := table.Sync(t.Context())
		if err != nil && (!errors.Is(err, ErrUnavailable) || !errors.Is(err, f.err)) {
			t.Errorf("%s: sync says %v", f, err)
		}
		if err == nil {
			acked()
		}
		return err
	}
	for range 1 + r.IntN(20) {
		all = append(all, l.enter(table, r))
		_ = sync()
		time.Sleep(time.Duration(r.IntN(1000)) * time.Millisecond)
	}
	switch r.IntN(3) {
	case 0: // ends although it does not work
		if err := stop(); err == nil {
			acked()
		} else if !errors.Is(err, f.err) {
			t.Errorf("%s: the end says %v", f, err)
		}
		return fs
	case 1: // the power is cut
		after := anyAftermath(r)(fs, nil)
		promised := l.promised()
		_ = stop()
		l.settle(promised)
		return after
	}
	f.end()
	time.Sleep(time.Minute)
	if err := sync(); err != nil || db.Err() != nil {
		t.Errorf("%s: a minute after it works again: %v, %v", f, err, db.Err())
	}
	if err := stop(); err != nil {
		t.Errorf("%s: the end says %v", f, err)
	}
	return fs
}

// start runs a database until what it returns is called.
func start(t testing.TB, db *DB) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- db.Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

// The end comes soon even if the disk is full, and even if it does not answer.
func TestTheEndIsBounded(t *testing.T) {
	full := func() error { return syscall.ENOSPC }
	stuck := func() error { time.Sleep(time.Hour); return nil }
	for _, c := range []struct {
		name   string
		happen func() error
		files  string // which it happens to, by the end of their names
		since  time.Duration
		limit  time.Duration
	}{
		{"full", full, "", 0, 0},
		{"full for a while", full, "", 20 * time.Second, 0},
		{"full for the log", full, ".log", 0, 0},
		{"stuck", stuck, "", 0, lastPatience},
		{"stuck for a while", stuck, "", 20 * time.Second, lastPatience},
		{"stuck in the log", stuck, ".log", 20 * time.Second, lastPatience},
		{"full, and then stuck", sequence(full, stuck), "", 20 * time.Second, lastPatience},
		{"full, and the next probe is stuck", sequence(full, full, stuck), "", 20 * time.Second, lastPatience},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var on atomic.Bool
				db, table := mustOpen(t, errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
					if on.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite && strings.HasSuffix(op.Path, c.files) {
						return c.happen()
					}
					return nil
				})))
				stop := start(t, db)
				on.Store(true)
				table.Put("a", "b")
				db.hurry()
				time.Sleep(c.since)
				begin := time.Now()
				if err := stop(); err == nil {
					t.Error("says that all was written")
				}
				if took := time.Since(begin); took > c.limit {
					t.Errorf("took %s, want %s at most", took, c.limit)
				}
				on.Store(false)
				time.Sleep(24 * time.Hour) // what was stuck ends
			})
		})
	}
}

// sequence is one thing after another; the last goes on.
func sequence(happen ...func() error) func() error {
	var n atomic.Int64
	return func() error { return happen[min(int(n.Add(1)), len(happen))-1]() }
}
