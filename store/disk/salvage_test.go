package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// spoil damages the middle of the first table, or of the log if there is none.
func spoil(t *testing.T, fs vfs.FS) {
	t.Helper()
	all := files(t, fs, "data/db")
	names := slices.Sorted(maps.Keys(all))
	for _, suffix := range []string{".sst", ".log"} {
		i := slices.IndexFunc(names, func(n string) bool { return strings.HasSuffix(n, suffix) && len(all[n]) > 0 })
		if i < 0 {
			continue
		}
		data := bytes.Clone(all[names[i]])
		data[len(data)/3] ^= 1
		overwrite(t, fs, names[i], data)
		return
	}
	t.Fatal("nothing to spoil")
}

func aside(t testing.TB, fs vfs.FS) []string {
	t.Helper()
	names, err := fs.List("data")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, asideMark) })
}

func TestWhatIsLostIsSaid(t *testing.T) {
	p := populate(t, rand.New(rand.NewPCG(3, 1)))
	spoil(t, p.fs)
	var said bytes.Buffer
	r := prometheus.NewRegistry()
	db, err := Open(Options{Dir: "data/db", FS: p.fs, Logger: log.NewLogfmtLogger(&said), Registerer: r, Tables: map[byte]string{'t': "texts"}})
	if err != nil {
		t.Fatal(err)
	}
	count := len(everything(t, NewTable(db, 't', texts())))
	during(t, db, func() {})
	dirs := aside(t, p.fs)
	if len(dirs) != 1 {
		t.Fatalf("set aside: %q", dirs)
	}
	for _, want := range []string{"level=error", "Storage was damaged", "path=data/db", "data/" + dirs[0], fmt.Sprintf("texts=%d", count), "damaged_blocks=1"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in %s", want, &said)
		}
	}
	const want = `
# HELP tocsin_storage_salvages_total Number of times that the database was damaged, and one with what could be read of it took its place.
# TYPE tocsin_storage_salvages_total counter
tocsin_storage_salvages_total 1
`
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), "tocsin_storage_salvages_total"); err != nil {
		t.Error(err)
	}
}

// spoilings are ways to damage a database of which something is left.
func spoilings() map[string]func(t *testing.T, fs vfs.FS) {
	return map[string]func(t *testing.T, fs vfs.FS){
		"a part of a table": spoil,
		"no list of files":  func(t *testing.T, fs vfs.FS) { t.Helper(); removeLike(t, fs, "MANIFEST-") },
		"no marker":         func(t *testing.T, fs vfs.FS) { t.Helper(); removeLike(t, fs, "marker.manifest") },
	}
}

func removeLike(t *testing.T, fs vfs.FS, prefix string) {
	t.Helper()
	names, err := fs.List("data/db")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			if err := fs.Remove("data/db/" + name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// salvageable returns a damaged database, and what can be read of it.
func salvageable(t *testing.T, damage func(*testing.T, vfs.FS)) (*vfs.MemFS, map[string]string) {
	t.Helper()
	p := populate(t, rand.New(rand.NewPCG(3, 1)))
	damage(t, p.fs)
	db, table := mustOpen(t, p.clone(t))
	if !db.Salvaged() {
		t.Fatal("no damage was noticed")
	}
	want := everything(t, table)
	during(t, db, func() {})
	return p.fs, want
}

// synced copies a file system to one that survives power cuts.
func synced(t *testing.T, from *vfs.MemFS) *vfs.MemFS {
	t.Helper()
	fs := vfs.NewCrashableMem()
	if err := copyTree(from, fs, ""); err != nil {
		t.Fatal(err)
	}
	return fs
}

// A power cut while a damaged database is replaced loses nothing that could be read.
func TestCutDuringASalvage(t *testing.T) {
	t.Parallel()
	for name, damage := range spoilings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			damaged, want := salvageable(t, damage)
			for seed := range seeds(t, 1) {
				r := rand.New(rand.NewPCG(seed, 1))
				aftermaths := []aftermath{onlySynced, allUnsynced, someUnsynced(50, r)}
				for at, cut := 0, true; cut; at++ {
					cut = cutSalvage(t, damaged, &cutter{leave: aftermaths[r.IntN(len(aftermaths))], left: at}, want)
				}
			}
		})
	}
}

// cutSalvage cuts the power and starts again. It reports whether there was a salvage
// to cut.
func cutSalvage(t *testing.T, damaged *vfs.MemFS, c *cutter, want map[string]string) bool {
	t.Helper()
	at := c.left
	c.fs = synced(t, damaged)
	db, _ := mustOpen(t, errorfs.Wrap(c.fs, c))
	during(t, db, func() {})
	after, had := c.end()
	_, err := after.Stat("data/db")
	var said strings.Builder
	db, err2 := Open(Options{Dir: "data/db", FS: after, Logger: log.NewLogfmtLogger(log.NewSyncWriter(&said))})
	if err2 != nil {
		t.Errorf("cut %d: %v", at, err2)
		return had
	}
	if diff := cmp.Diff(want, everything(t, NewTable(db, 't', texts()))); diff != "" {
		t.Errorf("cut %d: %s", at, diff)
	}
	if err != nil && !strings.Contains(said.String(), "Storage was damaged") {
		t.Errorf("cut %d: a damaged database was replaced and nobody has said so", at)
	}
	during(t, db, func() {})
	// This file system may keep the old name of what was renamed, beside the new.
	if n := len(aside(t, after)); n < 1 || n > 2 || !db.Salvaged() {
		t.Errorf("cut %d: %d are set aside", at, n)
	}
	if names, err := after.List("data"); err != nil || slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "db.rebu") }) {
		t.Errorf("cut %d: left over: %q, %v", at, names, err)
	}
	return had
}

// What fails while a damaged database is replaced can be tried again, and loses
// nothing that could be read.
func TestFaultDuringASalvage(t *testing.T) {
	t.Parallel()
	for name, damage := range spoilings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			damaged, want := salvageable(t, damage)
			for seed := range seeds(t, 1) {
				r := rand.New(rand.NewPCG(seed, 1))
				for at, failed := r.IntN(4), true; failed; at += 1 + r.IntN(3) {
					failed = failSalvage(t, damaged, &fault{from: at, once: r.IntN(2) == 0, reads: true, err: someErrno(r)}, want)
				}
			}
		})
	}
}

func failSalvage(t *testing.T, damaged *vfs.MemFS, f *fault, want map[string]string) bool {
	t.Helper()
	fs := synced(t, damaged)
	db, err := Open(Options{Dir: "data/db", FS: errorfs.Wrap(fs, f)})
	failed := f.failed()
	if err == nil {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = db.Run(ctx)
	}
	if err != nil && !errors.Is(err, f.err) {
		t.Errorf("%s: error %v", f, err)
	}
	f.end()
	db, table := mustOpen(t, fs)
	if diff := cmp.Diff(want, everything(t, table)); diff != "" {
		t.Errorf("%s: %s", f, diff)
	}
	during(t, db, func() {})
	if dirs := aside(t, fs); len(dirs) != 1 {
		t.Errorf("%s: set aside are %q", f, dirs)
	}
	return failed
}

// A directory of a later version is refused and not touched.
func TestALaterVersion(t *testing.T) {
	later := map[string]func(t *testing.T, fs *vfs.MemFS){
		"of tocsin": func(t *testing.T, fs *vfs.MemFS) {
			db, _ := mustOpen(t, fs)
			during(t, db, func() {
				db.enter(func(g *group) { g.put(formatKey(), func(b []byte) []byte { return append(b, "2"...) }) })
				if err := db.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
		},
		"of Pebble": func(t *testing.T, fs *vfs.MemFS) {
			overwrite(t, fs, "marker.format-version.000999.999", nil)
		},
	}
	for name, prepare := range later {
		t.Run(name, func(t *testing.T) {
			p := populate(t, rand.New(rand.NewPCG(3, 1)))
			prepare(t, p.fs)
			for _, damaged := range []bool{false, true} {
				if damaged {
					spoil(t, p.fs)
				}
				before := files(t, p.fs, "data/db")
				_, err := Open(Options{Dir: "data/db", FS: p.fs})
				if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "data/db") {
					t.Errorf("error %v", err)
				}
				if diff := cmp.Diff(before, files(t, p.fs, "data/db")); diff != "" {
					t.Errorf("it was touched:\n%.1000s", diff)
				}
				if names, err := p.fs.List("data"); err != nil || len(names) != 2 {
					t.Errorf("beside it is %q, %v", names, err)
				}
			}
		})
	}
}

// What the system refuses at the start is no damage.
func TestWhatIsRefusedAtTheStart(t *testing.T) {
	for _, refused := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EACCES, syscall.EIO, fs.ErrPermission} {
		p := populate(t, rand.New(rand.NewPCG(3, 1)))
		for _, kind := range []errorfs.OpReadWrite{errorfs.OpIsRead, errorfs.OpIsWrite} {
			before := files(t, p.fs, "data/db")
			_, err := Open(Options{Dir: "data/db", FS: errorfs.Wrap(p.fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
				if op.Kind.ReadOrWrite() == kind && op.Path != "data/db.lock" && !strings.HasSuffix(op.Path, ".probe") {
					return refused
				}
				return nil
			}))})
			if !errors.Is(err, refused) || !strings.Contains(err.Error(), "data") {
				t.Errorf("%v: error %v", refused, err)
			}
			if diff := cmp.Diff(before, files(t, p.fs, "data/db")); diff != "" {
				t.Errorf("it was touched:\n%.1000s", diff)
			}
		}
		if dirs := aside(t, p.fs); len(dirs) > 0 {
			t.Errorf("%v is taken for damage", refused)
		}
	}
}
