package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// CheckDir makes sure that a directory is there and that files can be made in it.
// If not, the error names it and says what to do.
func CheckDir(fs vfs.FS, dir string) error {
	err := makeDir(fs, dir)
	if err == nil {
		err = tryWriting(fs, fs.PathJoin(dir, ".probe"), 1)
	}
	if err != nil {
		return fmt.Errorf("storage directory %s: %w", dir, hinted(err))
	}
	return nil
}

// lockDir makes sure that a directory has one owner. The lock is beside it, so that
// another directory can take its place.
func lockDir(fs vfs.FS, dir string) (io.Closer, error) {
	parent := fs.PathDir(dir)
	if err := makeDir(fs, parent); err != nil {
		return nil, fmt.Errorf("storage directory %s: %w", parent, hinted(err))
	}
	lock, err := fs.Lock(dir + ".lock")
	if errors.Is(err, syscall.EAGAIN) || err != nil && strings.Contains(err.Error(), "lock held by current process") {
		return nil, fmt.Errorf("storage directory %s is in use by another process, which holds %s.lock: %w", parent, dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("storage directory %s cannot be locked: %w", parent, hinted(err))
	}
	return lock, nil
}

// hinted adds to an error of the start what can be done about it.
func hinted(err error) error {
	var hint string
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = fmt.Sprintf("give it, and what is in it, to the user with the number %d, as which tocsin runs, or choose another directory with --storage.path", os.Getuid())
	case errors.Is(err, syscall.EROFS):
		hint = "mount it so that it can be written to, or choose another directory with --storage.path"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "make room there, or choose another directory with --storage.path"
	default:
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// Room that has to be there before the database is opened. Pebble does not cope
// with less, and one that has just failed for lack of room should not fail again
// at once.
const (
	startRoom = 64 << 10
	againRoom = 4 << 20
)

// removed takes no offence at a file that somebody else has removed.
func removed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// tryWriting writes a file and removes it.
func tryWriting(fs vfs.FS, name string, size int) error {
	f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	part := make([]byte, startRoom)
	for ; size > 0 && err == nil; size -= len(part) {
		_, err = f.Write(part)
	}
	return errors.Join(err, f.Close(), removed(fs.Remove(name)))
}
