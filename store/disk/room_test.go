package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// Who starts tocsin with a directory that it may not use learns which and what to do.
func TestADirectoryThatCannotBeUsed(t *testing.T) {
	const another = "choose another directory with --storage.path"
	for _, c := range []struct {
		err  error
		want []string
	}{
		{fs.ErrPermission, []string{fmt.Sprintf("the user with the number %d", os.Getuid()), another}},
		{syscall.EACCES, []string{fmt.Sprintf("the user with the number %d", os.Getuid()), another}},
		{syscall.EROFS, []string{"mount it so that it can be written to", another}},
		{syscall.ENOSPC, []string{"make room", another}},
		{syscall.EDQUOT, []string{"make room", another}},
		{syscall.EIO, nil},
	} {
		for name, does := range map[string]func(vfs.FS) error{
			"is checked": func(fs vfs.FS) error { return CheckDir(fs, "data") },
			"is opened":  func(fs vfs.FS) error { _, err := Open(Options{Dir: "data/db", FS: fs}); return err },
		} {
			err := does(errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
				if op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
					return c.err
				}
				return nil
			})))
			if !errors.Is(err, c.err) {
				t.Errorf("%v: error %v", c.err, err)
				continue
			}
			for _, want := range append(c.want, "storage directory data") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, when it %s: %q is not in %q", c.err, name, want, err)
				}
			}
		}
	}
}

func TestCheckDir(t *testing.T) {
	files := vfs.NewMem()
	for range 2 { // made, and there
		if err := CheckDir(files, "var/lib/tocsin"); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := files.List("var/lib/tocsin"); err != nil || len(names) > 0 {
		t.Errorf("left are %q, %v", names, err)
	}
	if err := CheckDir(vfs.Default, t.TempDir()+"/new"); err != nil {
		t.Error(err)
	}
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CheckDir(vfs.Default, file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one about the file", err)
	}
}

// A directory of somebody else need not let us sync it.
func TestSyncForeign(t *testing.T) {
	for _, harmless := range []error{syscall.EACCES, syscall.EROFS, syscall.EINVAL, syscall.ENOTSUP} {
		fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind == errorfs.OpFileSync {
				return harmless
			}
			return nil
		}))
		if err := syncForeign(fs, ""); err != nil {
			t.Errorf("%v: %v", harmless, err)
		}
	}
	broken := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(errorfs.Op) error { return syscall.EIO }))
	if err := syncForeign(broken, ""); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v of a broken disk", err)
	}
}
