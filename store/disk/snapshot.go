package disk

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// task is something that is done between two groups.
type task struct {
	do   func(*engine) error
	done chan error // has room for one
}

// Checkpoint writes a copy of the database into a new directory, with everything
// in it that was entered before the call, and returns how many bytes that are. The
// copy is a database as the original is. It shares files with it where the system
// can do that, so that it is made within a moment and costs little room at first.
// Nothing is acknowledged meanwhile. If the error is not nil, there is no directory.
func (db *DB) Checkpoint(ctx context.Context, dir string) (bytes int64, err error) {
	if err := db.Sync(ctx); err != nil {
		return 0, err
	}
	fs := db.o.FS
	if err := makeDir(fs, fs.PathDir(dir)); err != nil {
		return 0, fmt.Errorf("%w: make a copy: %w", ErrUnavailable, err)
	}
	partial := dir + ".partial"
	err = db.between(ctx, func(e *engine) error {
		if err := e.copyTo(partial); err != nil {
			return err
		}
		if err := fs.Rename(partial, dir); err != nil {
			return err
		}
		return syncDir(fs, fs.PathDir(dir))
	})
	if err != nil {
		return 0, errors.Join(fmt.Errorf("%w: make a copy: %w", ErrUnavailable, err), fs.RemoveAll(partial))
	}
	return sizeOf(fs, dir)
}

func (e *engine) copyTo(dir string) error {
	return e.guarded(func() error { return e.db.Checkpoint(dir, pebble.WithFlushedWAL()) }, nil)
}

// between lets Run do something while it writes nothing.
func (db *DB) between(ctx context.Context, do func(*engine) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := task{do: do, done: make(chan error, 1)}
	select {
	case db.tasks <- t:
	case <-ctx.Done():
		return ctx.Err()
	}
	// Once it has begun it also ends: whoever left now would not know what is there.
	return <-t.done
}

func sizeOf(fs vfs.FS, dir string) (bytes int64, err error) {
	names, err := fs.List(dir)
	for _, name := range names {
		info, err := fs.Stat(fs.PathJoin(dir, name))
		if err != nil {
			return 0, err
		}
		bytes += info.Size()
	}
	return bytes, err
}
