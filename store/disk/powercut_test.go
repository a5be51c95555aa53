package disk

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// cutter keeps what is left of a file system if the power is cut before its n-th
// change.
type cutter struct {
	fs    *vfs.MemFS
	leave aftermath
	note  func() // is called just before; may be nil

	mu      sync.Mutex
	left    int // changes until then
	removed []string
	after   *vfs.MemFS
}

func (c *cutter) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() != errorfs.OpIsWrite {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left < 0 {
		c.cut()
	}
	switch op.Kind {
	case errorfs.OpRemove:
		c.removed = append(c.removed, op.Path)
	case errorfs.OpFileSync:
		// What was removed from a directory that is synced is gone for good.
		c.removed = slices.DeleteFunc(c.removed, func(name string) bool { return c.fs.PathDir(name) == strings.TrimSuffix(op.Path, "/") })
	}
	return nil
}

func (*cutter) String() string { return "cutter" }

func (c *cutter) cut() {
	if c.after != nil {
		return
	}
	if c.note != nil {
		c.note()
	}
	c.after = c.leave(c.fs, c.removed)
}

// end cuts the power if it has not been yet, and reports whether it had.
func (c *cutter) end() (after *vfs.MemFS, had bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	had = c.after != nil
	c.cut()
	return c.after, had
}

// aftermath is what a power cut leaves: what was synced, and something between
// nothing and all of what was not.
type aftermath func(fs *vfs.MemFS, removed []string) *vfs.MemFS

func onlySynced(fs *vfs.MemFS, _ []string) *vfs.MemFS { return fs.CrashClone(vfs.CrashCloneCfg{}) }

// someUnsynced leaves each part with some probability, in no order. That is more
// than what most file systems do, which keep the order of names in a directory.
func someUnsynced(percent int, r *rand.Rand) aftermath {
	return func(fs *vfs.MemFS, removed []string) *vfs.MemFS {
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: r})
		for _, name := range removed {
			if r.IntN(100) < percent {
				_ = after.Remove(name) // it may not have been there
			}
		}
		return after
	}
}

// allUnsynced leaves everything as it is at the moment.
func allUnsynced(fs *vfs.MemFS, _ []string) *vfs.MemFS {
	for {
		after := vfs.NewCrashableMem()
		if err := copyTree(fs, after, ""); err == nil {
			return after
		}
	}
}

// copyTree copies a directory and syncs the copy. What disappears meanwhile is an
// error.
func copyTree(from, to *vfs.MemFS, dir string) error {
	names, err := from.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		path := to.PathJoin(dir, name)
		info, err := from.Stat(path)
		if err != nil {
			return err
		}
		if info.IsDir() {
			err = errors.Join(to.MkdirAll(path, 0o777), copyTree(from, to, path))
		} else {
			err = vfs.CopyAcrossFS(from, path, to, path)
		}
		if err != nil {
			return err
		}
	}
	return syncDir(to, dir)
}

func anyAftermath(r *rand.Rand) aftermath {
	switch r.IntN(3) {
	case 0:
		return onlySynced
	case 1:
		return allUnsynced
	}
	return someUnsynced(1+r.IntN(99), rand.New(rand.NewPCG(r.Uint64(), 2)))
}

func TestAftermaths(t *testing.T) {
	fs := vfs.NewCrashableMem()
	if err := errors.Join(fs.MkdirAll("data", 0o777), syncDir(fs, "")); err != nil {
		t.Fatal(err)
	}
	put := func(name string) {
		f, err := fs.Create(name, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = f.Write([]byte(name)); err != nil || f.Sync() != nil || f.Close() != nil {
			t.Fatal(err)
		}
	}
	put("data/old")
	if err := syncDir(fs, "data"); err != nil {
		t.Fatal(err)
	}
	put("data/new")
	if err := fs.Remove("data/old"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		leave aftermath
		want  []string
	}{
		"only synced": {onlySynced, []string{"old"}},
		"all":         {allUnsynced, []string{"new"}},
		"everything":  {someUnsynced(100, rand.New(rand.NewPCG(1, 1))), []string{"new"}},
	} {
		got, err := test.leave(fs, []string{"data/old"}).List("data")
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}
