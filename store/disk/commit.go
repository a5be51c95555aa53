package disk

import (
	"context"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// flight is a group that has been written and is not durable yet.
type flight struct {
	*group
	start  time.Time
	landed chan error // has room for one
}

// maxFlights is how many groups are under way at once: while the disk works at one,
// the next is written behind it, and what is entered then waits for both no longer
// than it has to.
const maxFlights = 2

// write sends the next group on its way.
func (db *DB) write(ctx context.Context) {
	g := db.take(false)
	if g.count == 0 {
		close(g.done)
		return
	}
	f := flight{group: g, start: time.Now()}
	var err error
	if g.sync && db.o.Sync == SyncAlways {
		f.landed, err = db.engine.launch(&g.ops)
	} else {
		err = db.engine.apply(&g.ops, false)
	}
	switch {
	case err != nil:
		db.metrics.wrote(g, time.Since(f.start), err)
		db.fail(g, err)
		db.recover(ctx)
	case f.landed == nil:
		db.unsynced = true
		db.arrived(f)
	default:
		db.flights = append(db.flights, f)
	}
}

// wakes is when to write the next group: not before there is room for it.
func (db *DB) wakes() <-chan struct{} {
	if len(db.flights) >= maxFlights {
		return nil
	}
	return db.wake
}

// landing receives when the first of the groups under way is durable.
func (db *DB) landing() <-chan error {
	if len(db.flights) == 0 {
		return nil
	}
	return db.flights[0].landed
}

// land does what is left to do for the first group under way.
func (db *DB) land(ctx context.Context, err error) {
	if err = db.verdict(err); err != nil {
		db.metrics.wrote(db.flights[0].group, 0, err)
		db.fail(newGroup(), err)
		db.recover(ctx)
		return
	}
	db.pop()
}

// pop ends the flight of the first group.
func (db *DB) pop() {
	f := db.flights[0]
	db.flights = slices.Delete(db.flights, 0, 1)
	db.arrived(f)
}

// settle waits until no group is under way.
func (db *DB) settle(ctx context.Context) error {
	for len(db.flights) > 0 {
		err, ok := db.first()
		if !ok {
			return err
		}
		db.land(ctx, err)
	}
	return nil
}

// settleLast is settle for the end, when there is no time for another try.
func (db *DB) settleLast() error {
	for len(db.flights) > 0 {
		if err, _ := db.first(); err != nil {
			return err
		}
		db.pop()
	}
	return nil
}

// first waits for the first of the groups under way and returns what became of it. It
// returns false if nothing will.
func (db *DB) first() (err error, ok bool) {
	select {
	case err := <-db.landing():
		return db.verdict(err), true
	case <-db.engine.logger.died:
		return db.engine.logger.reason(), false
	case <-db.quit:
		return errStuck, false
	}
}

// verdict says what an error means, or that there is none: Pebble does not know what
// the fence has kept from it.
func (db *DB) verdict(err error) error {
	if died := db.engine.logger.reason(); died != nil {
		return died
	}
	return err
}

// crash gives up the groups under way. db is locked, and its error set.
func (db *DB) crash() {
	for _, f := range db.flights {
		db.drop(f.group)
	}
	db.flights = nil
}

// arrived tells everybody who waits for a group.
func (db *DB) arrived(f flight) {
	db.metrics.wrote(f.group, time.Since(f.start), nil)
	db.mu.Lock()
	if db.running == f.group {
		db.running = nil
	}
	db.spare, f.ops = f.ops, ops{}
	db.mu.Unlock()
	close(f.done)
}

// take makes the next group the running one, with those extensions in it that are
// due, or with all.
func (db *DB) take(all bool) *group {
	db.mu.Lock()
	defer db.mu.Unlock()
	g := db.next
	// Nobody waits for what only says that alerts go on.
	if g.sync = g.count > 0; g.sync {
		db.running = g
	}
	db.extend(g, all)
	db.next = newGroup()
	db.spare.reset()
	db.next.ops, db.spare = db.spare, ops{}
	return g
}

// Extensions are written so seldom and so many at a time that who waits for news is
// not held up by a storm of them.
const (
	extendInterval = lazyDelay
	maxExtensions  = 512
)

// extend adds extensions to a group. db is locked.
func (db *DB) extend(g *group, all bool) {
	since := time.Since(db.extended)
	if db.due = min(db.due, len(db.longer)); db.due == 0 && since >= extendInterval || all {
		db.due, db.extended, since = len(db.longer), time.Now(), 0
	}
	n := db.due
	if !all {
		n = min(n, maxExtensions)
	}
	db.due -= n
	for id, e := range db.longer {
		if n == 0 {
			break
		}
		n--
		g.put(extensionKey(id), e.append)
		delete(db.longer, id)
		g.sync = g.sync || db.due == 0
	}
	db.remind(extendInterval - since)
}

// remind sees to it that the extensions that are left are written in time. db is
// locked.
func (db *DB) remind(after time.Duration) {
	if db.lazy != nil {
		db.lazy.Stop()
		db.lazy = nil
	}
	switch {
	case db.due > 0:
		db.hurry()
	case len(db.longer) > 0:
		db.lazy = time.AfterFunc(after, db.hurry)
	}
}

// launch writes changes, and returns when they have their place before all that is
// written later. What it returns receives an error, or nil when they are durable; it
// may never do so if the engine has died.
func (e *engine) launch(o *ops) (chan error, error) {
	landed := make(chan error, 1)
	err := e.guarded(func() error {
		b, err := e.batch(o)
		if err != nil {
			return err
		}
		if err := e.db.ApplyNoSyncWait(b, pebble.Sync); err != nil {
			return err
		}
		e.calls.Add(1)
		go func() {
			defer e.calls.Done()
			err := b.SyncWait()
			if err == nil {
				err = b.Close()
			}
			landed <- err
		}()
		return nil
	}, nil)
	if err != nil {
		return nil, err
	}
	return landed, nil
}

// batch returns changes as Pebble wants them.
func (e *engine) batch(o *ops) (*pebble.Batch, error) {
	b := e.db.NewBatchWithSize(len(o.buf) + o.count*4)
	for key, value := range o.all() {
		var err error
		if value == nil {
			err = b.Delete(key, nil)
		} else {
			err = b.Set(key, value, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}
