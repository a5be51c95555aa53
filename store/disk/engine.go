package disk

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// engine is one opening of the database. Pebble takes some errors of the disk for
// the end of the process; here they are the end of the engine.
type engine struct {
	db     *pebble.DB
	fence  fence
	logger *pebbleLogger
	quit   <-chan struct{} // closed when nobody can wait any longer; may be nil
	calls  sync.WaitGroup  // of Pebble that run, whether somebody waits or not

	written atomic.Uint64 // how many records
	durable atomic.Uint64 // how many of them
}

// The database is small and read only once, at the start, so it needs little of
// what Pebble would take by itself. It holds two tables in memory, and more while it
// cannot keep up.
const (
	memTableSize = 4 << 20
	cacheSize    = 1 << 20
	// looseTables is how many tables of that size lie about before they are merged.
	looseTables = 32
)

// engineFormat is the version of Pebble's files. It is raised by hand: whoever has
// started a version of tocsin that does cannot go back to the one before.
const engineFormat = pebble.FormatValueSeparation

// engineOptions says what to open.
type engineOptions struct {
	dir      string
	fs       vfs.FS
	logger   log.Logger
	quit     <-chan struct{}
	readOnly bool // change nothing in the directory
}

func openEngine(o engineOptions) (*engine, error) {
	logger := &pebbleLogger{Logger: o.logger, died: make(chan struct{})}
	e := &engine{fence: newFence(o.fs, o.dir, logger.die), logger: logger, quit: o.quit}
	options := &pebble.Options{
		FS:                 e.fence,
		Logger:             e.logger,
		FormatMajorVersion: engineFormat,
		MemTableSize:       memTableSize,
		// Merging less often costs the start a little and the processor much less.
		L0CompactionThreshold: looseTables,
		L0StopWritesThreshold: looseTables * 3 / 2,
		LBaseMaxBytes:         512 << 20,
		CacheSize:             cacheSize,
		MaxOpenFiles:          256,
		EventListener:         e.logger.listener(),
		ReadOnly:              o.readOnly,
	}
	merges := newScheduler()
	options.Experimental.CompactionScheduler = merges
	open := func() error {
		db, err := pebble.Open(o.dir, options)
		if err != nil {
			return err
		}
		e.db = db
		merges.begin()
		return nil
	}
	if err := e.guarded(open, e.discard); err != nil {
		e.fence.lower()
		return nil, err
	}
	return e, nil
}

// apply writes changes. With sync it returns nil only when they are durable. After
// an error the engine is of no use any more.
func (e *engine) apply(o *ops, sync bool) error {
	return e.guarded(func() error {
		b, err := e.batch(o)
		if err != nil {
			return err
		}
		last := e.written.Load()
		if err := b.Commit(&pebble.WriteOptions{Sync: sync}); err != nil {
			return err
		}
		if sync {
			e.durable.Store(last)
		}
		return b.Close()
	}, nil)
}

// mark returns the mark of the next record.
func (e *engine) mark() []byte {
	return mark{number: e.written.Add(1), durable: e.durable.Load()}.append(nil)
}

// syncLog makes durable what was written without.
func (e *engine) syncLog() error {
	return e.guarded(func() error {
		m := e.mark()
		last := e.written.Load()
		if err := e.db.LogData(m, pebble.Sync); err != nil {
			return err
		}
		e.durable.Store(last)
		return nil
	}, nil)
}

// verify reads everything, so that damage is found before anybody relies on what
// is there.
func (e *engine) verify() error {
	return e.guarded(func() error {
		it, err := e.db.NewIter(nil)
		if err != nil {
			return err
		}
		for ok := it.First(); ok; ok = it.Next() {
			if _, err := it.ValueAndErr(); err != nil {
				return errors.Join(err, it.Close())
			}
		}
		return errors.Join(it.Error(), it.Close())
	}, nil)
}

// guarded runs f on a goroutine of its own, because Pebble's death ends the one
// that it happens on. A death elsewhere ends the waiting, too, and a panic is an
// error: what is wrong with a file must not end the program that pages people.
// If f succeeds and that does not count any more, undo is called; it may be nil.
func (e *engine) guarded(f func() error, undo func()) error {
	done := make(chan error)
	left := make(chan struct{})
	defer close(left)
	e.calls.Add(1)
	go func() {
		err := errDied // unless f returns: the goroutine may end in it
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%w: %v", errDied, r)
			}
			e.calls.Done()
			select {
			case done <- err:
			case <-left:
				if err == nil && undo != nil {
					undo()
				}
			}
		}()
		err = f()
	}()
	select {
	case err := <-done:
		// Pebble does not know what the fence has kept from it.
		if died := e.logger.reason(); died != nil {
			if err == nil && undo != nil {
				go undo()
			}
			return died
		}
		return err
	case <-e.logger.died:
		return e.logger.reason()
	case <-e.quit:
		return errStuck
	}
}

// abandon gives the engine up. What it still has open is closed as far as it
// lets itself be.
func (e *engine) abandon() {
	e.logger.die(errDied)
	e.fence.lower()
	go e.discard()
}

// discard closes what nobody needs. Pebble gives memory back to the system then, and
// a call that runs still and writes there would end the process.
func (e *engine) discard() {
	e.calls.Wait()
	defer func() { _ = recover() }() // Pebble panics where a lock is lost
	_ = e.db.Close()
}

// close makes everything durable and closes the engine. The last record of the log
// tells what was durable before, so that damage to that is not taken for the end.
func (e *engine) close() error {
	err := e.syncLog()
	if err == nil {
		err = e.guarded(func() error { return errors.Join(e.db.LogData(e.mark(), pebble.NoSync), e.db.Close()) }, nil)
	}
	if err != nil {
		e.abandon()
	}
	return err
}

// pebbleLogger turns Pebble's last words into an error.
type pebbleLogger struct {
	log.Logger
	once sync.Once
	died chan struct{}
	err  error // of the death; read it after died
}

// Infof drops what only Pebble's makers want to know.
func (*pebbleLogger) Infof(string, ...any) {}

// Errorf logs.
func (l *pebbleLogger) Errorf(format string, args ...any) {
	_ = level.Warn(l).Log("msg", "Database", "err", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// Fatalf ends the engine and the goroutine that calls it: Pebble relies on not
// coming back from here.
func (l *pebbleLogger) Fatalf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	for _, a := range args {
		if cause, ok := a.(error); ok {
			err = cause
		}
	}
	l.die(err)
	runtime.Goexit()
}

// die makes the engine useless. Only the first reason counts.
func (l *pebbleLogger) die(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.died)
	})
}

var (
	errDied  = errors.New("the database stopped")
	errStuck = errors.New("the disk does not answer")
)

// reason says why the engine is of no use; nil: it is.
func (l *pebbleLogger) reason() error {
	select {
	case <-l.died:
		return l.err
	default:
		return nil
	}
}

func (l *pebbleLogger) listener() *pebble.EventListener {
	return &pebble.EventListener{
		// Pebble would repeat what has failed at once and for ever.
		BackgroundError: l.die,
		DiskSlow: func(i pebble.DiskSlowInfo) {
			_ = level.Warn(l).Log("msg", "The disk is slow", "took", i.Duration, "file", i.Path)
		},
		WriteStallBegin: func(i pebble.WriteStallBeginInfo) {
			_ = level.Warn(l).Log("msg", "Database cannot keep up with writes", "err", i.Reason)
		},
		DataCorruption: func(i pebble.DataCorruptionInfo) { l.Errorf("%v", i.Details) },
	}
}
