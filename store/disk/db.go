package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
)

// SyncMode says what a nil from Sync promises.
type SyncMode string

// The modes.
const (
	// SyncAlways: written survives a power cut.
	SyncAlways SyncMode = "always"
	// SyncInterval: it survives the end of the process, and a power cut once a
	// second has passed.
	SyncInterval SyncMode = "interval"
	// SyncOff: it survives the end of the process, and a power cut when the
	// system has got round to writing it.
	SyncOff SyncMode = "off"
)

// Options says where the database is.
type Options struct {
	Dir        string   // made if it is not there
	FS         vfs.FS   // nil: the real one
	Sync       SyncMode // empty: SyncAlways
	Logger     log.Logger
	Registerer prometheus.Registerer // may be nil
	// Tables names the tables, by the first byte of their keys, in what is said
	// of damage; may be nil.
	Tables map[byte]string
}

// ErrUnavailable is wrapped by every error that says that something cannot be
// made durable at the moment.
var ErrUnavailable = errors.New("storage is not available")

// DB is the database. All methods but Run may be called from many goroutines.
type DB struct {
	o       Options
	lock    io.Closer
	metrics metrics
	wake    chan struct{}
	tasks   chan task
	quit    chan struct{} // closed when Run has been asked to end for long enough

	mu      sync.Mutex
	next    *group // fills
	running *group // is being written; nil: none
	lazy    *time.Timer
	longer  map[alert.Fingerprint]extension
	behind  backlog // what could not be written
	err     error   // why nothing can be made durable now; nil: it can
	readErr error   // the first one of reading
	closed  bool

	// Of Run, once that has been called.
	engine   *engine
	unsynced bool // something was written without a sync
}

// group is what is written at once.
type group struct {
	ops
	done chan struct{}
	err  error // after done
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// Times of the writer.
const (
	// lazyDelay is how long a change waits for others if nobody waits for it.
	lazyDelay = time.Second
	// patience is how long Sync waits for a disk that has stopped answering, and
	// lastPatience how long the end does.
	patience     = 10 * time.Second
	lastPatience = 5 * time.Second
	// firstReopen and slowestReopen bound the pauses between tries to open the database
	// again.
	firstReopen   = 500 * time.Millisecond
	slowestReopen = 10 * time.Second
)

// Open opens the database and starts nothing. It fails if another process has
// it, if it was written by a later version, and if the system does not let it read
// or write. A damaged database is set aside, and what can be read of it is in the
// new one that takes its place; that is logged as an error.
func Open(o Options) (*DB, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	if o.Sync == "" {
		o.Sync = SyncAlways
	}
	lock, err := lockDir(o.FS, o.Dir)
	if err != nil {
		return nil, err
	}
	db := &DB{
		o:      o,
		lock:   lock,
		wake:   make(chan struct{}, 1),
		tasks:  make(chan task),
		quit:   make(chan struct{}),
		next:   newGroup(),
		longer: make(map[alert.Fingerprint]extension),
		behind: make(backlog),
	}
	db.metrics = newMetrics(o.Registerer, db)
	if db.engine, err = db.open(startRoom); err != nil {
		return nil, errors.Join(fmt.Errorf("open database in %s: %w", o.Dir, err), lock.Close())
	}
	return db, nil
}

// lockDir makes sure that a directory has one owner. The lock is beside it, so that
// another directory can take its place.
func lockDir(fs vfs.FS, dir string) (io.Closer, error) {
	if err := makeDir(fs, fs.PathDir(dir)); err != nil {
		return nil, fmt.Errorf("storage directory %s: %w", dir, err)
	}
	lock, err := fs.Lock(dir + ".lock")
	if errors.Is(err, syscall.EAGAIN) || err != nil && strings.Contains(err.Error(), "lock held by current process") {
		return nil, fmt.Errorf("storage directory %s is in use by another process, which holds %s.lock: %w", fs.PathDir(dir), dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("storage directory %s cannot be locked: %w", fs.PathDir(dir), err)
	}
	return lock, nil
}

// Room that has to be there before the database is opened. Pebble does not cope
// with less, and one that has just failed for lack of room should not fail again
// at once.
const (
	startRoom = 64 << 10
	againRoom = 4 << 20
)

// open opens the database if there is that much room for it.
func (db *DB) open(room int) (*engine, error) {
	if err := tryWriting(db.o.FS, db.o.Dir+".probe", room); err != nil {
		return nil, err
	}
	o := opener{
		dir:      db.o.Dir,
		fs:       db.o.FS,
		logger:   db.o.Logger,
		quit:     db.quit,
		inOrder:  db.o.Sync == SyncAlways,
		tables:   db.o.Tables,
		salvaged: db.metrics.salvages.Inc,
	}
	return o.open()
}

// tryWriting writes a file and removes it.
func tryWriting(fs vfs.FS, name string, size int) error {
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	part := make([]byte, startRoom)
	for ; size > 0 && err == nil; size -= len(part) {
		_, err = f.Write(part)
	}
	return errors.Join(err, f.Close(), fs.Remove(name))
}

// Err says why nothing can be made durable at the moment; nil if it can.
func (db *DB) Err() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, db.err)
}

// enter adds changes to the next group. f must not block.
func (db *DB) enter(f func(g *group)) {
	db.mu.Lock()
	defer db.mu.Unlock()
	f(db.next)
	db.later()
	if db.err != nil && len(db.next.buf) > maxIdle {
		db.behind.add(&db.next.ops)
		db.next.reset()
	}
}

// later sees to it that what was entered is written even if nobody waits for
// it. db is locked.
func (db *DB) later() {
	if db.lazy == nil {
		db.lazy = time.AfterFunc(lazyDelay, db.hurry)
	}
}

// hurry makes Run write what there is.
func (db *DB) hurry() {
	select {
	case db.wake <- struct{}{}:
	default:
	}
}

// Sync waits until everything that was entered before is durable.
func (db *DB) Sync(ctx context.Context) error {
	g, err := db.newest()
	if g == nil || err != nil {
		return err
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	case <-timeout.C:
		return fmt.Errorf("%w: the disk has not answered for %s", ErrUnavailable, patience)
	}
}

// newest returns the last group that has anything in it; nil: all is durable.
func (db *DB) newest() (*group, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	switch {
	case db.err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, db.err)
	case db.closed && db.next.count > 0:
		return nil, fmt.Errorf("%w: shutting down", ErrUnavailable)
	case db.next.count > 0:
		db.hurry()
		return db.next, nil
	}
	return db.running, nil
}

// Run writes until ctx is done, then what is left, and closes the database. That
// takes no longer than a disk is given to answer.
func (db *DB) Run(ctx context.Context) error {
	impatient := db.endWith(ctx)
	defer impatient()
	var tick <-chan time.Time
	if db.o.Sync == SyncInterval {
		ticker := time.NewTicker(lazyDelay)
		defer ticker.Stop()
		tick = ticker.C
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-db.wake:
			db.write(ctx)
		case <-tick:
			db.flush(ctx)
		case t := <-db.tasks:
			t.done <- t.do(db.engine)
		case <-db.engine.logger.died:
			db.fail(newGroup(), db.engine.logger.reason())
			db.recover(ctx)
		}
	}
	return db.finish()
}

// endWith stops waiting for the disk some time after ctx is done. It returns what
// ends that.
func (db *DB) endWith(ctx context.Context) func() {
	var last *time.Timer
	stop := context.AfterFunc(ctx, func() {
		db.mu.Lock()
		defer db.mu.Unlock()
		last = time.AfterFunc(lastPatience, func() { close(db.quit) })
	})
	return func() {
		stop()
		db.mu.Lock()
		defer db.mu.Unlock()
		if last != nil {
			last.Stop()
		}
	}
}

// flush makes durable what was written without waiting for that.
func (db *DB) flush(ctx context.Context) {
	if !db.unsynced {
		return
	}
	db.unsynced = false
	if err := db.engine.syncLog(); err != nil {
		db.fail(newGroup(), err)
		db.recover(ctx)
	}
}

// write takes the next group through.
func (db *DB) write(ctx context.Context) {
	g := db.take()
	if g.count == 0 {
		close(g.done)
		return
	}
	start := time.Now()
	err := db.engine.apply(&g.ops, db.o.Sync == SyncAlways)
	db.metrics.wrote(g, time.Since(start), err)
	if err != nil {
		db.fail(g, err)
		db.recover(ctx)
		return
	}
	db.unsynced = true
	db.mu.Lock()
	db.running = nil
	db.mu.Unlock()
	close(g.done)
}

// take makes the next group the running one.
func (db *DB) take() *group {
	db.mu.Lock()
	defer db.mu.Unlock()
	g := db.next
	for id, e := range db.longer {
		g.put(extensionKey(id), e.append)
	}
	clear(db.longer)
	db.next, db.running = newGroup(), g
	if db.lazy != nil {
		db.lazy.Stop()
		db.lazy = nil
	}
	return g
}

// fail tells everybody who waits, and keeps what was not written.
func (db *DB) fail(g *group, err error) {
	_ = level.Error(db.o.Logger).Log("msg", "Writing to storage failed; nothing is acknowledged until it works again", "err", err)
	db.mu.Lock()
	defer db.mu.Unlock()
	db.err = err
	db.behind.add(&g.ops)
	db.running = nil
	g.err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	close(g.done)
	db.dismiss()
}

// dismiss moves the next group to what is behind and tells those who wait for
// it. db is locked.
func (db *DB) dismiss() {
	g := db.next
	db.next = newGroup()
	db.behind.add(&g.ops)
	g.err = fmt.Errorf("%w: %w", ErrUnavailable, db.err)
	close(g.done)
}

// recover opens the database anew, as often as it takes, and writes what is
// behind.
func (db *DB) recover(ctx context.Context) {
	db.engine.abandon()
	pause := firstReopen
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, slowestReopen)
		err := db.reopen()
		if err == nil {
			_ = level.Info(db.o.Logger).Log("msg", "Storage works again")
			return
		}
		db.mu.Lock()
		db.err = err
		db.mu.Unlock()
	}
}

func (db *DB) reopen() error {
	e, err := db.open(againRoom)
	if err != nil {
		return err
	}
	for caughtUp := false; !caughtUp; caughtUp = db.caughtUp() {
		for part := range db.late().parts(maxIdle) {
			if err := e.apply(part, true); err != nil {
				e.abandon()
				return err
			}
		}
	}
	db.engine = e
	return nil
}

// late returns what is behind.
func (db *DB) late() backlog {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.dismiss()
	return maps.Clone(db.behind)
}

// caughtUp ends the failure if nothing has been entered since.
func (db *DB) caughtUp() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.next.count > 0 {
		return false
	}
	clear(db.behind)
	db.err = nil
	return true
}

// finish writes what is left and closes.
func (db *DB) finish() error {
	db.mu.Lock()
	db.closed = true
	broken := db.err
	db.mu.Unlock()
	if broken != nil {
		return errors.Join(fmt.Errorf("storage was out of order to the end: %w", broken), db.lock.Close())
	}
	g := db.take()
	err := db.engine.apply(&g.ops, true)
	if err == nil {
		err = db.engine.close()
	}
	if err != nil {
		db.engine.abandon()
		db.mu.Lock()
		db.err = err
		db.mu.Unlock()
		g.err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		err = fmt.Errorf("close database: %w", err)
	}
	close(g.done)
	return errors.Join(err, db.lock.Close())
}
