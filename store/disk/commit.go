package disk

import (
	"context"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// write takes the next group through. What is entered meanwhile waits for the next
// write, all of it together; docs/adr/0009 says why no second one is under way at the
// same time.
func (db *DB) write(ctx context.Context) {
	g := db.take(false)
	if g.count == 0 {
		close(g.done)
		return
	}
	start := time.Now()
	err := db.engine.apply(&g.ops, g.sync && db.o.Sync == SyncAlways)
	db.metrics.wrote(g, time.Since(start), err)
	if err != nil {
		db.fail(g, err)
		db.recover(ctx)
		return
	}
	db.unsynced = true
	db.mu.Lock()
	db.running = nil
	db.spare, g.ops = g.ops, ops{}
	db.mu.Unlock()
	close(g.done)
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

// batch returns changes as Pebble wants them.
func (e *engine) batch(o *ops) (*pebble.Batch, error) {
	b := e.db.NewBatchWithSize(len(o.buf) + o.count*4 + markSize)
	if err := b.LogData(e.mark(), nil); err != nil {
		return nil, err
	}
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
