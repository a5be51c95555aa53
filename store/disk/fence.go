package disk

import (
	"io"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fence lets a database that was given up change nothing any more. Its
// goroutines may still run, and a new one works in the same directory. What they
// write then goes nowhere and seems to work: Pebble repeats what fails for as
// long as it lives, and ends sooner if nothing does.
type fence struct {
	vfs.FS
	down    *atomic.Bool
	nowhere *vfs.MemFS
}

func newFence(fs vfs.FS) fence { return fence{fs, new(atomic.Bool), vfs.NewMem()} }

// lower lets nothing through from now on.
func (f fence) lower() { f.down.Store(true) }

func (f fence) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if f.down.Load() {
		return f.nowhere.Create(f.PathBase(name), c)
	}
	return f.guard(f.FS.Create(name, c))
}

func (f fence) OpenReadWrite(name string, c vfs.DiskWriteCategory, o ...vfs.OpenOption) (vfs.File, error) {
	if f.down.Load() {
		return f.nowhere.OpenReadWrite(f.PathBase(name), c, o...)
	}
	return f.guard(f.FS.OpenReadWrite(name, c, o...))
}

func (f fence) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if f.down.Load() {
		return f.nowhere.Create(f.PathBase(to), c)
	}
	return f.guard(f.FS.ReuseForWrite(from, to, c))
}

func (f fence) guard(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return fencedFile{file, f}, nil
}

func (f fence) Link(from, to string) error {
	if f.down.Load() {
		return nil
	}
	return f.FS.Link(from, to)
}

func (f fence) Remove(name string) error {
	if f.down.Load() {
		return nil
	}
	return f.FS.Remove(name)
}

func (f fence) RemoveAll(name string) error {
	if f.down.Load() {
		return nil
	}
	return f.FS.RemoveAll(name)
}

func (f fence) Rename(from, to string) error {
	if f.down.Load() {
		return nil
	}
	return f.FS.Rename(from, to)
}

// Lock does nothing: the directory is locked for longer than an engine lives.
func (fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap lets Pebble find what is underneath.
func (f fence) Unwrap() vfs.FS { return f.FS }

// fencedFile is a file that was opened for writing.
type fencedFile struct {
	vfs.File
	fence fence
}

func (f fencedFile) Write(b []byte) (int, error) {
	if f.fence.down.Load() {
		return len(b), nil
	}
	return f.File.Write(b)
}

func (f fencedFile) WriteAt(b []byte, at int64) (int, error) {
	if f.fence.down.Load() {
		return len(b), nil
	}
	return f.File.WriteAt(b, at)
}

func (f fencedFile) Sync() error {
	if f.fence.down.Load() {
		return nil
	}
	return f.File.Sync()
}

func (f fencedFile) SyncData() error {
	if f.fence.down.Load() {
		return nil
	}
	return f.File.SyncData()
}
