package disk

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// opener opens a database whatever has become of it.
type opener struct {
	dir      string
	fs       vfs.FS
	logger   log.Logger
	quit     <-chan struct{}
	tables   map[byte]string // names, for people
	replaced func()          // is told when a new database has taken the place of a damaged one
}

func (o *opener) engine(dir string) engineOptions {
	return engineOptions{dir: dir, fs: o.fs, logger: o.logger, quit: o.quit}
}

// open opens the database, or makes one. It changes nothing in a directory of a
// later version, and nothing in a damaged one.
func (o *opener) open() (*engine, error) {
	if err := o.finishExchange(); err != nil {
		return nil, err
	}
	if err := o.create(); err != nil {
		return nil, err
	}
	// What was renamed may not be durable yet, if it was interrupted just then.
	if err := syncDir(o.fs, o.fs.PathDir(o.dir)); err != nil {
		return nil, err
	}
	s, err := lookAt(o.fs, o.dir)
	if err != nil {
		return nil, err
	}
	if err := o.inspect(s); isDamage(err) {
		if err := o.salvage(s, err); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	return openEngine(o.engine(o.dir))
}

// finishExchange ends or undoes what a power cut has interrupted.
func (o *opener) finishExchange() error {
	if err := o.fs.RemoveAll(o.rebuilding()); err != nil {
		return err
	}
	if _, err := o.fs.Stat(o.rebuilt()); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was interrupted
	} else if err != nil {
		return err
	}
	_, err := o.fs.Stat(o.dir)
	switch {
	case err == nil: // the damaged one is still in its place
		return o.fs.RemoveAll(o.rebuilt())
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := o.move(o.rebuilt(), o.dir); err != nil {
		return err
	}
	kept, err := o.asides()
	if err == nil && len(kept) > 0 {
		o.replaced()
		_ = level.Error(o.logger).Log("msg", "Storage was damaged; a new one holds what could be read of it, and the damaged one is kept",
			"err", "it was interrupted, and what is known of the damage is in the log of the start before", "path", o.dir, "kept_in", o.fs.PathJoin(o.fs.PathDir(o.dir), kept[len(kept)-1]))
	}
	return err
}

// create makes a database if there is none. It is made beside its place, so that a
// power cut leaves none or a whole one: one that lacks something is damaged.
func (o *opener) create() error {
	names, err := o.fs.List(o.dir)
	switch {
	case len(names) > 0:
		return nil
	case err == nil: // not every system lets something take the place of a directory
		err = o.fs.Remove(o.dir)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err == nil {
		err = o.rebuild(nil)
	}
	if err != nil {
		return err
	}
	return o.move(o.rebuilt(), o.dir)
}

// inspect finds out whether a database is whole. It changes nothing.
func (o *opener) inspect(s *survey) error {
	if s.unlisted != nil {
		return s.unlisted
	}
	if err := s.misses(); err != nil {
		return err
	}
	options := o.engine(o.dir)
	options.readOnly = true
	e, err := openEngine(options)
	if err != nil {
		return err
	}
	defer e.discard()
	if err := e.checkFormat(); err != nil {
		return err
	}
	return e.verify()
}

// makeDir makes a directory and its parents so that a power cut does not unmake
// them. One that is there may have been made a moment ago, and be durable not yet.
func makeDir(files vfs.FS, dir string) error {
	parent := files.PathDir(dir)
	if _, err := files.Stat(dir); err == nil {
		return syncForeign(files, parent)
	}
	if parent != dir {
		if err := makeDir(files, parent); err != nil {
			return err
		}
	}
	if err := files.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return syncDir(files, parent)
}

// syncForeign is syncDir for a directory that may not be ours. If it cannot be synced
// for that, or because nothing changes there, there is no need to.
func syncForeign(files vfs.FS, dir string) error {
	err := syncDir(files, dir)
	for _, harmless := range []error{fs.ErrPermission, fs.ErrNotExist, syscall.EROFS, syscall.EINVAL, errors.ErrUnsupported} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
