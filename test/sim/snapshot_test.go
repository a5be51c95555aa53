package sim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const snapshotPath = "/api/tocsin/v1/admin/snapshot"

func withAdmin(o *daemon.Options) { o.EnableAdminAPI = true }

// snapshot makes one and returns its directory.
func (w *world) snapshot() string {
	w.t.Helper()
	text := w.must(http.MethodPost, snapshotPath, "")
	var made struct {
		Name  string
		Bytes int64
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		w.t.Fatal(err)
	}
	if !regexp.MustCompile(`^\d{8}T\d{6}Z(-\d+)?$`).MatchString(made.Name) || made.Bytes <= 0 {
		w.t.Errorf("a snapshot called %q of %d bytes", made.Name, made.Bytes)
	}
	return "data/snapshots/" + made.Name
}

// files lists the snapshots, finished or not.
func snapshotsIn(t *testing.T, fs vfs.FS) []string {
	t.Helper()
	names, err := fs.List("data/snapshots")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// alerts lists them without their ends, which are later by the time that tocsin was
// down.
func (w *world) alerts() string {
	w.t.Helper()
	return regexp.MustCompile(`"endsAt":"[^"]*",`).ReplaceAllString(w.must(http.MethodGet, "/api/v2/alerts", ""), "")
}

// TestASnapshotIsAllThatWasAcknowledged lets a daemon start from a snapshot. What
// was told is not told again, what was not is, and silences hold. What came after
// the snapshot is not in it.
func TestASnapshotIsAllThatWasAcknowledged(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.fires("quiet")
		id := w.silence("quiet", 10*time.Hour)
		w.until(time.Minute)
		w.fires("b") // nobody has been told of it yet
		before := w.alerts()
		dir := w.snapshot()
		w.fires("c")
		w.silence("b", time.Hour)
		w.halt()

		w.options.StoragePath = dir
		w.boot()
		if after := w.alerts(); after != before || !strings.Contains(after, id) {
			t.Errorf("alerts of the snapshot:\n%s\nat its time:\n%s", after, before)
		}
		w.until(10 * time.Minute)
		w.ends("a")
		w.ends("b")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "5m30s ops +a +b (new alerts added)", "10m30s ops -a -b (all alerts resolved)")
	}, onDisk(fs), withAdmin)
}

// TestASnapshotSurvivesAPowerCut also wants what an interrupted one has left to be
// removed by the next.
func TestASnapshotSurvivesAPowerCut(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		first, second := w.snapshot(), w.snapshot()
		if first == second {
			t.Errorf("two snapshots are called %s", first)
		}
		if err := fs.MkdirAll("data/snapshots/left.partial/db", 0o700); err != nil {
			t.Fatal(err)
		}
		third := w.snapshot()
		if names := snapshotsIn(t, fs); len(names) != 3 {
			t.Errorf("there are %q, want three snapshots", names)
		}
		fs = w.crash(fs)
		for _, w.options.StoragePath = range []string{first, second, third} {
			w.boot()
			if alerts := w.must(http.MethodGet, "/api/v2/alerts", ""); !strings.Contains(alerts, `"host":"a"`) {
				t.Errorf("%s has the alerts %s", w.options.StoragePath, alerts)
			}
			w.halt()
		}
		w.options.StoragePath = "data"
		w.boot()
	}, onDisk(fs), withAdmin)
}

// TestASnapshotIsCompleteOrNotThere lets the disk be full for everything that is
// written to the snapshot, and then altogether.
func TestASnapshotIsCompleteOrNotThere(t *testing.T) {
	var room, noneLeft atomic.Int64
	injector := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() != errorfs.OpIsWrite || op.Kind == errorfs.OpRemoveAll || op.Kind == errorfs.OpRemove {
			return nil
		}
		if noneLeft.Load() > 0 || strings.Contains(op.Path, "snapshots") && room.Add(-1) < 0 {
			return syscall.ENOSPC
		}
		return nil
	})
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		steps := int64(0)
		for ; ; steps++ {
			room.Store(steps)
			status, text := w.call(http.MethodPost, snapshotPath, "")
			if status == http.StatusOK {
				break
			}
			if status != http.StatusServiceUnavailable || !strings.Contains(text, "no space left on device") {
				t.Fatalf("with room for %d steps: %d %s", steps, status, text)
			}
			room.Store(1 << 30)
			if names, err := fs.List("data/snapshots"); err == nil && len(names) > 0 {
				t.Fatalf("with room for %d steps there is %q", steps, names)
			}
			if health := w.must(http.MethodGet, "/-/healthy", ""); health != "OK" {
				t.Fatalf("a snapshot that fails makes tocsin %s", health)
			}
			w.fires("a")
		}
		if steps < 10 {
			t.Errorf("a snapshot has %d steps: the test sees too few", steps)
		}
		noneLeft.Store(1)
		if status, text := w.call(http.MethodPost, snapshotPath, ""); status != http.StatusServiceUnavailable {
			t.Errorf("without any space: %d %s", status, text)
		}
		noneLeft.Store(0)
		if names := snapshotsIn(t, fs); len(names) != 1 {
			t.Errorf("there are %q, want one snapshot", names)
		}
	}, onDisk(errorfs.Wrap(fs, injector)), withAdmin)
}

func TestSnapshotsAreSwitchedOff(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		if status, text := w.call(http.MethodPost, snapshotPath, ""); status != http.StatusForbidden || !strings.Contains(text, "--web.enable-admin-api") {
			t.Errorf("answered %d %s, want 403 and the flag", status, text)
		}
		w.halt()
		w.options.StoragePath, w.options.EnableAdminAPI = "", true
		w.boot()
		if status, text := w.call(http.MethodPost, snapshotPath, ""); status != http.StatusServiceUnavailable || !strings.Contains(text, "--storage.path") {
			t.Errorf("without storage: %d %s, want 503 and the reason", status, text)
		}
	}, onDisk(fs))
}
