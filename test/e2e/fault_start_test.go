package e2e_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/google/go-cmp/cmp"
)

// wantRefusal wants tocsin not to start, one line that says why and what to do, and
// nothing in the storage directory to change.
func wantRefusal(t *testing.T, dir, storage string, want ...string) {
	t.Helper()
	before := snapshotOf(t, storage)
	p := launch(t, dir, "--web.listen-address=127.0.0.1:0", "--storage.path="+storage)
	if code := p.exitCode(t); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	checkOneError(t, p, want)
	if diff := cmp.Diff(before, snapshotOf(t, storage)); diff != "" {
		t.Errorf("the directory has changed: %s", diff)
	}
}

// snapshotOf reads all files below a directory.
func snapshotOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// onceRun returns a directory with a configuration and a storage directory in which
// tocsin has stored an alert.
func onceRun(t *testing.T, storage string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, dir, "tocsin.yml", goodConfig)
	p := launch(t, dir, "--web.listen-address=127.0.0.1:0", "--storage.path="+storage)
	of := server{"http://" + p.address(t)}
	waitFor(t, "ready", func() bool { return ready(t, of) })
	of.post(t, "/api/v2/alerts", alertNow("Kept"))
	p.stop(t)
	return dir
}

func TestNoRoomAtTheStart(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	storage := filepath.Join(disk, "data")
	dir := onceRun(t, storage)
	fillDisk(t, filepath.Join(disk, "filler"))
	wantRefusal(t, dir, storage, "storage", storage, "no space left on device")
}

func TestReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	storage := filepath.Join(t.TempDir(), "data")
	if os.Geteuid() == 0 { // whom permissions do not keep from anything
		storage = filepath.Join(smallDisk(t), "data")
	}
	dir := onceRun(t, storage)
	readOnly(t, storage)
	wantRefusal(t, dir, storage, "storage", storage)
}

// TestDirectoryOfANewerVersion writes what a version to come would: the number of
// its format.
func TestDirectoryOfANewerVersion(t *testing.T) {
	t.Parallel()
	storage := filepath.Join(t.TempDir(), "data")
	dir := onceRun(t, storage)
	db, err := pebble.Open(filepath.Join(storage, "db"), &pebble.Options{Logger: quietPebble{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Set([]byte("mf"), []byte("4711"), pebble.Sync), db.Close()); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, dir, storage, storage, "newer version of tocsin", "4711", "start the newer version")
}

// quietPebble drops what Pebble says.
type quietPebble struct{}

func (quietPebble) Infof(string, ...any)  {}
func (quietPebble) Errorf(string, ...any) {}
func (quietPebble) Fatalf(string, ...any) {}

// TestTwoInOneDirectory wants the second to refuse, and the first to go on.
func TestTwoInOneDirectory(t *testing.T) {
	t.Parallel()
	first := startTocsin(t, goodConfig)
	first.post(t, "/api/v2/alerts", alertNow("A"))
	second := launch(t, first.dir, "--web.listen-address=127.0.0.1:0")
	if code := second.exitCode(t); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	checkOneError(t, second, []string{"storage directory", "data", "in use by another process"})
	first.post(t, "/api/v2/alerts", alertNow("B"))
	if health := first.get(t, "/-/healthy"); health != "OK" {
		t.Errorf("the first is %q", health)
	}
	if names := first.alertNames(t); !slices.Equal(names, []string{"A", "B"}) {
		t.Errorf("the first has %q", names)
	}
}
