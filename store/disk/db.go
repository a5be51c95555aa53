package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
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
	running *group // is being written, and has news in it; nil: none
	spare   ops    // the room for another
	lazy    *time.Timer
	longer  map[alert.Fingerprint]extension
	// When extensions were last written, and how many are still to be written of what
	// was due then.
	extended time.Time
	due      int
	behind   backlog // what could not be written
	err      error   // why nothing can be made durable now; nil: it can
	closed   bool

	salvaged bool // does not change

	// Of Run, once that has been called.
	engine   *engine
	unsynced bool // something was written without a sync
}

// group is what is written at once.
type group struct {
	ops
	sync bool // it is made durable at once
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
	if err := db.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("open database in %s: %w", o.Dir, hinted(err)), lock.Close())
	}
	return db, nil
}

// start opens the database for the first time.
func (db *DB) start() error {
	e, err := db.open(startRoom)
	if err != nil {
		return err
	}
	if db.salvaged, err = db.opener().wasSalvaged(e); err != nil {
		e.abandon()
		return err
	}
	db.engine = e
	return nil
}

// open opens the database if there is that much room for it.
func (db *DB) open(room int) (*engine, error) {
	if err := tryWriting(db.o.FS, db.o.Dir+".probe", room); err != nil {
		return nil, err
	}
	return db.opener().open()
}

func (db *DB) opener() *opener {
	return &opener{
		dir:      db.o.Dir,
		fs:       db.o.FS,
		logger:   db.o.Logger,
		quit:     db.quit,
		tables:   db.o.Tables,
		replaced: db.metrics.salvages.Inc,
	}
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
