package disk

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fence stands between Pebble and its directory. When something cannot be written
// the fence comes down, and from then on nothing gets through: what Pebble writes
// goes nowhere. Pebble is not told, since it would end the process, or repeat
// forever what has failed; whoever uses it has to ask whether the fence is up
// still. A database that was given up changes nothing any more either, while its
// goroutines come to an end and a new one works in the same directory.
//
// Outside of the directory errors are as usual.
type fence struct {
	vfs.FS
	dir     string
	down    *atomic.Bool
	failed  func(error) // is told why the fence came down; called at least once then
	nowhere *vfs.MemFS
	kept    *keptLogs
}

// keptLogs are logs that Pebble has removed, and that are there until the next one is.
type keptLogs struct {
	mu    sync.Mutex // is held while logs come and go
	names []string
}

func newFence(fs vfs.FS, dir string, failed func(error)) fence {
	return fence{FS: fs, dir: dir, down: new(atomic.Bool), failed: failed, nowhere: vfs.NewMem(), kept: new(keptLogs)}
}

// lower lets nothing through from now on.
func (f fence) lower() { f.down.Store(true) }

// try does something with files, and reports whether it has to be taken as done
// although it was not.
func (f fence) try(name string, do func() error) (swallowed bool, err error) {
	inside := f.holds(name)
	if inside && f.down.Load() {
		return true, nil
	}
	err = do()
	if err == nil || !inside || errors.Is(err, fs.ErrNotExist) && f.exists(f.dir) {
		return false, err
	}
	f.failed(err) // before anybody can find the fence down, and no reason for it
	f.lower()
	return true, nil
}

// holds reports whether a file is in the directory, or the directory itself.
func (f fence) holds(name string) bool {
	rest, found := strings.CutPrefix(name, f.dir)
	return found && (rest == "" || strings.HasPrefix(rest, f.PathJoin("a", "")[1:]) || strings.HasPrefix(rest, "/"))
}

func (f fence) exists(name string) bool {
	_, err := f.Stat(name)
	return err == nil
}

// open opens a file for writing.
func (f fence) open(name string, c vfs.DiskWriteCategory, do func() (vfs.File, error)) (vfs.File, error) {
	var file vfs.File
	swallowed, err := f.try(name, func() (err error) {
		file, err = do()
		return err
	})
	if swallowed {
		return f.nowhere.Create(f.PathBase(name), c)
	}
	if err != nil || !f.holds(name) {
		return file, err
	}
	return fencedFile{File: file, fence: f, name: name}, nil
}

func (f fence) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(name, c, func() (vfs.File, error) {
		if err := f.settle(name); err != nil {
			return nil, err
		}
		return f.created(name, func() (vfs.File, error) { return f.FS.Create(name, c) })
	})
}

// created makes a file. If that is a log, those that were kept until then go.
func (f fence) created(name string, do func() (vfs.File, error)) (vfs.File, error) {
	if !f.isLog(name) {
		return do()
	}
	f.kept.mu.Lock()
	defer f.kept.mu.Unlock()
	file, err := do()
	if err != nil || len(f.kept.names) == 0 {
		return file, err
	}
	if err := f.removeKept(name); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// removeKept removes the logs that were kept until a new one was there; they are locked.
func (f fence) removeKept(next string) error {
	if err := syncDir(f.FS, f.dir); err != nil {
		return err
	}
	for _, name := range f.kept.names {
		if name == next {
			continue
		}
		if err := f.FS.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f.kept.names = nil
	return nil
}

// isLog reports whether a file of the directory is a log.
func (f fence) isLog(name string) bool {
	_, ok := numbered(f.PathBase(name), ".log")
	return ok && f.holds(name)
}

func (f fence) OpenReadWrite(name string, c vfs.DiskWriteCategory, o ...vfs.OpenOption) (vfs.File, error) {
	return f.open(name, c, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, o...) })
}

func (f fence) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(to, c, func() (vfs.File, error) {
		return f.created(to, func() (vfs.File, error) { return f.FS.ReuseForWrite(from, to, c) })
	})
}

// OpenDir opens a directory, which is done to sync it.
func (f fence) OpenDir(name string) (vfs.File, error) {
	dir, err := f.FS.OpenDir(name)
	if err != nil || !f.holds(name) {
		return dir, err
	}
	return fencedFile{File: dir, fence: f, name: name}, nil
}

func (f fence) Remove(name string) error {
	_, err := f.try(name, func() error {
		if err := f.settle(name); err != nil {
			return err
		}
		if !f.isLog(name) {
			return f.FS.Remove(name)
		}
		f.kept.mu.Lock()
		defer f.kept.mu.Unlock()
		if last, err := f.lastLog(name); err != nil {
			return err
		} else if last {
			f.kept.names = append(f.kept.names, name)
			return nil
		}
		return f.FS.Remove(name)
	})
	return err
}

// lastLog reports whether a file is the newest log. Pebble removes it before it makes
// the next, once everything in it is elsewhere; kept until then, it shows that none is
// missing.
func (f fence) lastLog(name string) (bool, error) {
	n, _ := numbered(f.PathBase(name), ".log")
	names, err := f.List(f.dir)
	for _, other := range names {
		if m, ok := numbered(other, ".log"); ok && m > n {
			return false, err
		}
	}
	return true, err
}

// settle makes durable what is in the directory before a marker comes or goes, or a
// log goes. A marker names a file, and a log has another after it; Pebble makes them
// durable together, and after a power cut there might be the one and not the other.
func (f fence) settle(name string) error {
	base := f.PathBase(name)
	if _, log := numbered(base, ".log"); !f.holds(name) || !log && !strings.HasPrefix(base, "marker.") {
		return nil
	}
	return syncDir(f.FS, f.dir)
}

func (f fence) RemoveAll(name string) error {
	_, err := f.try(name, func() error { return f.FS.RemoveAll(name) })
	return err
}

func (f fence) Rename(from, to string) error {
	_, err := f.try(to, func() error { return f.FS.Rename(from, to) })
	return err
}

// Lock does nothing: the directory is locked for longer than an engine lives.
func (fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap lets Pebble find what is underneath.
func (f fence) Unwrap() vfs.FS { return f.FS }

// fencedFile is a file that was opened for writing.
type fencedFile struct {
	vfs.File
	fence fence
	name  string
}

func (f fencedFile) Write(b []byte) (n int, err error) {
	if swallowed, err := f.fence.try(f.name, func() (err error) { n, err = f.File.Write(b); return err }); swallowed {
		return len(b), nil
	} else if err != nil {
		return n, err
	}
	return n, nil
}

func (f fencedFile) WriteAt(b []byte, at int64) (n int, err error) {
	if swallowed, err := f.fence.try(f.name, func() (err error) { n, err = f.File.WriteAt(b, at); return err }); swallowed {
		return len(b), nil
	} else if err != nil {
		return n, err
	}
	return n, nil
}

func (f fencedFile) Sync() error {
	_, err := f.fence.try(f.name, f.File.Sync)
	return err
}

func (f fencedFile) SyncData() error {
	_, err := f.fence.try(f.name, f.File.SyncData)
	return err
}

func (f fencedFile) SyncTo(length int64) (full bool, err error) {
	_, err = f.fence.try(f.name, func() (err error) { full, err = f.File.SyncTo(length); return err })
	return full, err
}

// Close always closes the file.
func (f fencedFile) Close() error {
	err := f.File.Close()
	_, err = f.fence.try(f.name, func() error { return err })
	return err
}
