package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/api"
)

// snapshotsDir is where snapshots are in the storage directory. Each is a storage
// directory itself, so that tocsin can be started with it.
const snapshotsDir = "snapshots"

// unfinished ends the name of a snapshot that is being made.
const unfinished = ".partial"

// snapshots copies what is stored while the daemon runs.
type snapshots struct {
	d   *Daemon
	one sync.Mutex // a snapshot is being made
}

// snapshotsOf returns nil, which means that they are switched off, unless the
// operator wants them.
func snapshotsOf(d *Daemon) api.Snapshots {
	if !d.o.EnableAdminAPI {
		return nil
	}
	return &snapshots{d: d}
}

// Make makes a snapshot.
func (s *snapshots) Make(ctx context.Context) (api.Snapshot, error) {
	if s.d.storage.db == nil {
		return api.Snapshot{}, passing{errors.New("nothing is stored: --storage.path is empty")}
	}
	if !s.one.TryLock() {
		return api.Snapshot{}, passing{errors.New("a snapshot is being made already")}
	}
	defer s.one.Unlock()
	start := time.Now()
	made, err := s.make(ctx, start)
	if err != nil {
		return api.Snapshot{}, passing{fmt.Errorf("make a snapshot: %w", err)}
	}
	_ = level.Info(s.d.logger).Log("msg", "Snapshot made", "path", filepath.Join(s.dir(), made.Name), "bytes", made.Bytes, "took", time.Since(start))
	return made, nil
}

func (s *snapshots) dir() string { return filepath.Join(s.d.o.StoragePath, snapshotsDir) }

// make works in a directory that gets its name when it is complete.
func (s *snapshots) make(ctx context.Context, now time.Time) (api.Snapshot, error) {
	files := s.d.storageFS()
	if err := s.removeUnfinished(files); err != nil {
		return api.Snapshot{}, err
	}
	name, err := freeName(files, s.dir(), now)
	if err != nil {
		return api.Snapshot{}, err
	}
	path := filepath.Join(s.dir(), name)
	bytes, err := s.d.storage.db.Checkpoint(ctx, filepath.Join(path+unfinished, databaseDir))
	if err == nil {
		// Whoever has stopped waiting will ask again: the room is for that one.
		err = ctx.Err()
	}
	if err == nil {
		err = files.Rename(path+unfinished, path)
	}
	if err != nil {
		return api.Snapshot{}, errors.Join(err, files.RemoveAll(path+unfinished))
	}
	if err := syncDirectory(files, s.dir()); err != nil {
		return api.Snapshot{}, errors.Join(err, files.RemoveAll(path))
	}
	return api.Snapshot{Name: name, Bytes: bytes}, nil
}

// removeUnfinished removes what an earlier life has left.
func (s *snapshots) removeUnfinished(files vfs.FS) error {
	names, err := files.List(s.dir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range names {
		if strings.HasSuffix(name, unfinished) {
			err = errors.Join(err, files.RemoveAll(filepath.Join(s.dir(), name)))
		}
	}
	return err
}

// freeName returns a name with the time that nothing has yet.
func freeName(files vfs.FS, dir string, now time.Time) (string, error) {
	base := now.UTC().Format("20060102T150405Z")
	name := base
	for i := 2; ; i++ {
		_, err := files.Stat(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return name, nil
		case err != nil:
			return "", err
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}

func syncDirectory(files vfs.FS, path string) error {
	dir, err := files.OpenDir(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
