package sim

import (
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// onDisk lets a daemon keep its state in a file system that survives it.
func onDisk(fs vfs.FS) func(*daemon.Options) {
	return func(o *daemon.Options) { o.StoragePath, o.StorageFS = "data", fs }
}

// crash cuts the power: what was not synced is gone. The daemon that was running
// is stopped, but what it does then reaches neither the disk nor the receiver.
func (w *world) crash(fs *vfs.MemFS) *vfs.MemFS {
	w.t.Helper()
	left := fs.CrashClone(vfs.CrashCloneCfg{})
	w.mu.Lock()
	told := len(w.told)
	w.mu.Unlock()
	w.halt()
	w.mu.Lock()
	w.told = w.told[:told]
	w.mu.Unlock()
	w.options.StorageFS = left
	return left
}

func TestARestartChangesNothing(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.silence("quiet", 10*time.Hour)
		w.fires("quiet")
		w.until(time.Minute)
		w.halt()
		w.until(2 * time.Minute)
		w.boot()
		w.fires("b") // joins the group of a, whose next tick is at 5m30s
		w.until(10 * time.Minute)
		w.ends("a")
		w.ends("b")
		w.until(time.Hour)
		w.want(
			"30s ops +a (first notification)",
			"5m30s ops +a +b (new alerts added)",
			"10m30s ops -a -b (all alerts resolved)",
		)
	}, onDisk(fs))
}

func TestAPowerCutLosesNothingThatWasAcknowledged(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		id := w.silence("quiet", 10*time.Hour)
		w.fires("quiet")
		w.until(10 * time.Second)
		fs = w.crash(fs) // before the group has waited long enough
		w.until(20 * time.Second)
		w.boot()
		if alerts := w.must(http.MethodGet, "/api/v2/alerts", ""); !strings.Contains(alerts, id) {
			t.Errorf("the silence is gone, or what it silences: %s", alerts)
		}
		w.until(40 * time.Second)
		w.want("30s ops +a (first notification)")
		fs = w.crash(fs)
		w.boot()
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "5m30s ops -a (all alerts resolved)")
	}, onDisk(fs))
}

func TestWhatWasOnItsWayIsToldAfterACrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.setDown(true)
		w.fires("a")
		w.until(time.Minute)
		fs = w.crash(fs)
		w.setDown(false)
		w.until(2 * time.Minute)
		w.boot()
		w.until(3 * time.Minute)
		w.want("2m0s ops +a (first notification)")
	}, onDisk(fs))
}

// An outage must not resolve what nobody could report. An end that the sender has
// named is another matter.
func TestTheResolveTimeoutStandsStillWhileTocsinIsDown(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.must(http.MethodPost, "/api/v2/alerts", `[{"labels":{"alertname":"X","host":"b"},"endsAt":"`+
			w.start.Add(40*time.Minute).UTC().Format(time.RFC3339)+`"}]`)
		w.until(10 * time.Minute)
		w.halt()
		w.until(5 * time.Hour)
		w.boot()
		w.until(5*time.Hour + 19*time.Minute)
		w.want("30s ops +a +b (first notification)", "5h0m0s ops +a -b (some alerts resolved)")
		w.until(6 * time.Hour)
		w.want("30s ops +a +b (first notification)", "5h0m0s ops +a -b (some alerts resolved)", "5h20m0s ops -a (all alerts resolved)")
	}, onDisk(fs))
}

func TestAFullDiskRefusesAndStillTells(t *testing.T) {
	var full atomic.Bool
	injector := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if full.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return syscall.ENOSPC
		}
		return nil
	})
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		full.Store(true)
		status, text := w.call(http.MethodPost, "/api/v2/alerts", `[{"labels":{"alertname":"X","host":"a"}}]`)
		if status != http.StatusServiceUnavailable || !strings.Contains(text, "no space left on device") {
			t.Errorf("answered %d %s, want 503 and the reason", status, text)
		}
		// A repeat is not acknowledged either, although it is no news.
		if status, text = w.call(http.MethodPost, "/api/v2/alerts", `[{"labels":{"alertname":"X","host":"a"}}]`); status != http.StatusServiceUnavailable {
			t.Errorf("a repeat is answered %d %s", status, text)
		}
		if health := w.must(http.MethodGet, "/-/healthy", ""); !strings.Contains(health, "no space left on device") {
			t.Errorf("healthy says %q", health)
		}
		w.until(time.Minute)
		w.want("30s ops +a (first notification)")
		full.Store(false)
		w.until(2 * time.Minute)
		if health := w.must(http.MethodGet, "/-/healthy", ""); health != "OK" {
			t.Errorf("healthy says %q when there is space again", health)
		}
		w.fires("a")
		w.crash(fs)
		w.boot()
		w.until(time.Hour + time.Minute)
		w.want("30s ops +a (first notification)", "35m30s ops -a (all alerts resolved)")
	}, onDisk(errorfs.Wrap(fs, injector)))
}
