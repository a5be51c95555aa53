package disk

import (
	"errors"
	"io/fs"
	"strings"

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
	inOrder  bool            // every group is durable before the next is written
	tables   map[byte]string // names, for people
	salvaged func()          // is told when a damaged database was replaced
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
	if err := makeDir(o.fs, o.dir); err != nil {
		return nil, err
	}
	s, err := lookAt(o.fs, o.dir)
	if err != nil {
		return nil, err
	}
	if !s.hasData() {
		return o.create(s)
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

// finishExchange ends what a power cut has interrupted.
func (o *opener) finishExchange() error {
	if err := o.fs.RemoveAll(o.rebuilding()); err != nil {
		return err
	}
	if _, err := o.fs.Stat(o.rebuilt()); err != nil {
		return nil //nolint:nilerr // nothing was interrupted
	}
	_, err := o.fs.Stat(o.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return o.move(o.rebuilt(), o.dir)
	case err == nil: // the damaged one is still in its place
		return o.fs.RemoveAll(o.rebuilt())
	}
	return err
}

// create makes a database where none is, or only what a power cut has left of one
// that was being made.
func (o *opener) create(s *survey) (*engine, error) {
	e, err := openEngine(o.engine(o.dir))
	if isDamage(err) {
		_ = level.Warn(o.logger).Log("msg", "Storage was only half made, and is made anew", "err", err)
		if err := s.clear(); err != nil {
			return nil, err
		}
		e, err = openEngine(o.engine(o.dir))
	}
	if err != nil {
		return nil, err
	}
	// The first log of a new database is of an older kind, in which damage can be
	// taken for the end.
	if err := e.close(); err != nil {
		return nil, err
	}
	if e, err = openEngine(o.engine(o.dir)); err != nil {
		return nil, err
	}
	if err := e.writeFormat(); err != nil {
		e.abandon()
		return nil, err
	}
	return e, nil
}

// clear removes the files of a database that holds nothing.
func (s *survey) clear() error {
	for _, name := range s.names {
		ours := false
		for _, prefix := range []string{"MANIFEST-", "OPTIONS-", "marker."} {
			ours = ours || strings.HasPrefix(name, prefix)
		}
		_, log := numbered(name, ".log")
		_, temporary := numbered(name, ".dbtmp")
		if !ours && !log && !temporary {
			continue
		}
		if err := s.fs.Remove(s.fs.PathJoin(s.dir, name)); err != nil {
			return err
		}
	}
	return syncDir(s.fs, s.dir)
}

// inspect finds out whether a database is whole. It changes nothing.
func (o *opener) inspect(s *survey) error {
	if s.unlisted != nil {
		return s.unlisted
	}
	if err := s.misses(o.inOrder); err != nil {
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
// them.
func makeDir(fs vfs.FS, dir string) error {
	if _, err := fs.Stat(dir); err == nil {
		return nil
	}
	parent := fs.PathDir(dir)
	if parent != dir {
		if err := makeDir(fs, parent); err != nil {
			return err
		}
	}
	if err := fs.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return syncDir(fs, parent)
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
