package disk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/go-kit/log/level"
)

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
			t.done <- db.patiently(func() error { return t.do(db.engine) }, nil)
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

// fail tells everybody who waits, and keeps what was not written.
func (db *DB) fail(g *group, err error) {
	_ = level.Error(db.o.Logger).Log("msg", "Writing to storage failed; nothing is acknowledged until it works again", "err", err)
	db.metrics.failures.Inc()
	db.mu.Lock()
	defer db.mu.Unlock()
	db.err = err
	db.drop(g)
	db.running = nil
	db.dismiss()
}

// dismiss moves the next group to what is behind and tells those who wait for
// it. db is locked.
func (db *DB) dismiss() {
	g := db.next
	db.next = newGroup()
	db.drop(g)
}

// drop moves a group to what is behind and tells those who wait for it. db is locked.
func (db *DB) drop(g *group) {
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
	var e *engine
	err := db.patiently(func() (err error) {
		e, err = db.open(againRoom)
		return err
	}, func() { e.abandon() })
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

// patiently runs f on a goroutine of its own, since a disk that does not answer may
// keep it for ever, and stops waiting for it at the end. If f succeeds after that,
// undo is called; it may be nil.
func (db *DB) patiently(f func() error, undo func()) error {
	done := make(chan error)
	go func() {
		err := f()
		select {
		case done <- err:
		case <-db.quit:
			if err == nil && undo != nil {
				undo()
			}
		}
	}()
	select {
	case err := <-done:
		return err
	case <-db.quit:
		return errStuck
	}
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
		return db.leave(fmt.Errorf("storage was out of order to the end: %w", broken))
	}
	g := db.take(true)
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
	return db.leave(err)
}

// leave lets others have the directory, unless something may still be under way to
// the disk; then nobody gets it before this process has ended.
func (db *DB) leave(err error) error {
	if errors.Is(err, errStuck) {
		return err
	}
	return errors.Join(err, db.lock.Close())
}
