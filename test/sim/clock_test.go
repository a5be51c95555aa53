package sim

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// A bubble begins on the first of January 2000. To set the clock back, a daemon
// writes its state in one bubble, late, and another one reads it in the next.

// clockAt lets a daemon start when the clock shows so long after the beginning.
func clockAt(d time.Duration) func(*daemon.Options) {
	return func(*daemon.Options) { time.Sleep(d) }
}

const days = 24 * time.Hour

// reports repeats every minute what fires, until a time.
func (w *world) reports(until time.Duration, hosts ...string) {
	w.t.Helper()
	for time.Since(w.start) < until {
		for _, host := range hosts {
			w.fires(host)
		}
		w.until(min(time.Since(w.start)+time.Minute, until))
	}
}

// TestTheClockWasSetBackWhileTocsinWasDown wants what is stored to count as if it
// had been stored just now: groups speak at their next interval, news is told and
// told once, reminders come, what nobody reports any more ends.
func TestTheClockWasSetBackWhileTocsinWasDown(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"an hour": time.Hour, "ten days": 10 * days, "from a year to come": 8000 * days} {
		t.Run(name, func(t *testing.T) {
			fs := vfs.NewCrashableMem()
			inBubble(t, config, func(w *world) {
				w.fires("a")
				w.fires("gone")
				w.until(ahead + time.Minute)
				w.want((ahead + 30*time.Second).String() + " ops +a +gone (first notification)")
			}, onDisk(fs), clockAt(ahead))
			inBubble(t, config, func(w *world) {
				if lines := strings.Count(w.logs.String(), "The clock is behind"); lines != 1 {
					t.Errorf("%d lines say that the clock is behind, want one", lines)
				}
				w.until(time.Minute)
				w.reports(2*time.Minute, "a")
				w.reports(5*time.Hour, "a", "b")
				w.ends("a")
				w.ends("b")
				w.until(6 * time.Hour)
				w.want(
					"5m0s ops +a +b +gone (new alerts added)",
					"30m0s ops +a +b -gone (some alerts resolved)",
					"4h35m0s ops +a +b (repeat interval elapsed)",
					"5h5m0s ops -a -b (all alerts resolved)",
				)
			}, onDisk(fs))
		})
	}
}

// TestSilencesGoByTheClock wants a silence to hold while the clock shows a time in
// it, whatever the clock has shown before.
func TestSilencesGoByTheClock(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) { w.silence("a", 2*time.Hour) }, onDisk(fs), clockAt(3*time.Hour))
	inBubble(t, config, func(w *world) {
		if silences := w.must(http.MethodGet, "/api/v2/silences", ""); !strings.Contains(silences, `"pending"`) {
			t.Errorf("before its time the silence is %s", silences)
		}
		w.reports(time.Hour, "a")
		w.want("30s ops +a (first notification)")
		w.until(3*time.Hour + time.Minute)
		w.reports(6*time.Hour, "a")
		w.want(
			"30s ops +a (first notification)",
			"1h30m30s ops -a (all alerts resolved)",
			"5h1m30s ops +a (first notification)",
		)
	}, onDisk(fs))
}

// TestTheClockIsFarAheadAfterAStart wants the time in between to count as one in
// which tocsin was down: what has no end goes on, and nobody hears anything but one
// reminder.
func TestTheClockIsFarAheadAfterAStart(t *testing.T) {
	const ahead = 8000 * days
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.until(10 * time.Minute)
		w.want("30s ops +a (first notification)")
	}, onDisk(fs))
	inBubble(t, config, func(w *world) {
		w.reports(ahead+2*time.Hour, "a")
		w.ends("a")
		w.until(ahead + 3*time.Hour)
		w.want(ahead.String()+" ops +a (repeat interval elapsed)", (ahead+2*time.Hour+5*time.Minute).String()+" ops -a (all alerts resolved)")
	}, onDisk(fs), clockAt(ahead))
}
