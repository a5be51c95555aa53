package disk_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

var (
	_ store.Table[int] = (*disk.Table[int])(nil)
	_ store.Journal    = disk.Journal{}
)

// numbers is a codec for a table of numbers.
func numbers() disk.Codec[uint64] {
	return disk.Codec[uint64]{
		Append: func(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) },
		Decode: func(b []byte) (uint64, error) {
			n, size := binary.Uvarint(b)
			if size != len(b) {
				return 0, errors.New("not a number")
			}
			return n, nil
		},
	}
}

// running is a database that runs, and a table in it.
type running struct {
	*disk.DB
	table *disk.Table[uint64]
	stop  func() error
}

func open(t testing.TB, fs vfs.FS) running {
	t.Helper()
	db, err := disk.Open(disk.Options{Dir: "data/db", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	return run(t, db)
}

func run(t testing.TB, db *disk.DB) running {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	return running{DB: db, table: disk.NewTable(db, 'n', numbers()), stop: func() error {
		cancel()
		return <-done
	}}
}

// content reads what a database has on disk.
func content(t testing.TB, fs vfs.FS) map[string]uint64 {
	t.Helper()
	db, err := disk.Open(disk.Options{Dir: "data/db", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	all, err := disk.NewTable(db, 'n', numbers()).All()
	if err != nil {
		t.Error(err)
	}
	if err := run(t, db).stop(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsSyncedSurvivesAPowerCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewCrashableMem()
		db := open(t, fs)
		db.table.Put("a", 1)
		db.table.Put("b", 2)
		db.table.Put("a", 3)
		db.table.Delete("b")
		if err := db.table.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		db.table.Put("late", 1)
		if diff := cmp.Diff(map[string]uint64{"a": 3}, content(t, fs.CrashClone(vfs.CrashCloneCfg{}))); diff != "" {
			t.Error(diff)
		}
		if err := db.stop(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]uint64{"a": 3, "late": 1}, content(t, fs)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatNobodyWaitsForIsWrittenWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewCrashableMem()
		db := open(t, fs)
		db.table.Put("a", 1)
		time.Sleep(time.Second)
		synctest.Wait()
		if diff := cmp.Diff(map[string]uint64{"a": 1}, content(t, fs.CrashClone(vfs.CrashCloneCfg{}))); diff != "" {
			t.Error(diff)
		}
		if err := db.stop(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFullDisk lets every write fail for a while.
func TestFullDisk(t *testing.T) {
	for name, fail := range map[string]error{"full": syscall.ENOSPC, "broken": syscall.EIO} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var full atomic.Bool
				fs := vfs.NewCrashableMem()
				injector := errorfs.InjectorFunc(func(op errorfs.Op) error {
					if full.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
						return fail
					}
					return nil
				})
				db := open(t, errorfs.Wrap(fs, injector))
				db.table.Put("before", 1)
				if err := db.table.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				full.Store(true)
				db.table.Put("meanwhile", 2)
				if err := db.table.Sync(t.Context()); !errors.Is(err, disk.ErrUnavailable) || !errors.Is(err, fail) {
					t.Errorf("error %v, want that storage is not available and why", err)
				}
				if db.Err() == nil {
					t.Error("says that all is well")
				}
				for i := range uint64(1000) {
					db.table.Put("busy", i)
				}
				if err := db.table.Sync(t.Context()); !errors.Is(err, disk.ErrUnavailable) {
					t.Errorf("error %v while it is out of order", err)
				}
				time.Sleep(time.Minute)
				full.Store(false)
				time.Sleep(30 * time.Second)
				synctest.Wait()
				if err := db.Err(); err != nil {
					t.Fatalf("does not go on by itself: %v", err)
				}
				if err := db.table.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				want := map[string]uint64{"before": 1, "meanwhile": 2, "busy": 999}
				if diff := cmp.Diff(want, content(t, fs.CrashClone(vfs.CrashCloneCfg{}))); diff != "" {
					t.Error(diff)
				}
				if err := db.stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestADirectoryHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	db, err := disk.Open(disk.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Open(disk.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("error %v, want that it is in use", err)
	}
	if err := run(t, db).stop(); err != nil {
		t.Fatal(err)
	}
}

func TestAnUnreadableRecordIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewCrashableMem()
		db := open(t, fs)
		odd := disk.NewTable(db.DB, 'n', disk.Codec[string]{Append: func(b []byte, s string) []byte { return append(b, s...) }})
		odd.Put("damaged", "not a number")
		db.table.Put("a", 1)
		if err := db.stop(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]uint64{"a": 1}, content(t, fs)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestManyWaitTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewCrashableMem()
		var syncs atomic.Int64
		var opened atomic.Bool
		db := open(t, errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if opened.Load() && (op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData) && strings.HasSuffix(op.Path, ".log") {
				syncs.Add(1)
				time.Sleep(time.Millisecond)
			}
			return nil
		})))
		opened.Store(true)
		done := make(chan error)
		for i := range 100 {
			go func() {
				db.table.Put(fmt.Sprint(i), 1)
				done <- db.table.Sync(t.Context())
			}()
		}
		for range 100 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		if n := syncs.Load(); n > 5 {
			t.Errorf("%d syncs for 100 writers at once", n)
		}
		opened.Store(false) // Pebble holds a lock while it closes a log
		if err := db.stop(); err != nil {
			t.Fatal(err)
		}
	})
}
