package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestAnEndThatWasToldIsNotToldAgainAfterARestart(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.ends("b")
		w.until(6 * time.Minute)
		w.halt()
		w.boot()
		w.fires("c")
		w.until(12 * time.Minute)
		w.ends("a")
		w.ends("c")
		w.until(time.Hour)
		w.want("30s ops +a +b (first notification)", "5m30s ops +a -b (some alerts resolved)",
			"10m30s ops +a +c (new alerts added)", "15m30s ops -a -c (all alerts resolved)")
	}, onDisk(fs))
}

func TestAnAlertThatWasOverFiresAgainAfterARestart(t *testing.T) {
	fs := vfs.NewCrashableMem()
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.ends("b")
		w.until(6 * time.Minute)
		w.halt()
		w.boot()
		w.fires("b")
		w.until(12 * time.Minute)
		w.ends("b")
		w.until(16 * time.Minute)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a +b (first notification)", "5m30s ops +a -b (some alerts resolved)",
			"10m30s ops +a +b (new alerts added)", "15m30s ops +a -b (some alerts resolved)", "20m30s ops -a (all alerts resolved)")
	}, onDisk(fs))
}

// Whoever wants to hear of no end must not think for ever that something fires: he
// would not hear of the next time.
func TestAnEndThatNobodyWantsToHearOfCountsAfterACrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	quiet := strings.Replace(config, "- url:", "- send_resolved: false\n        url:", 1)
	inBubble(t, quiet, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.ends("a")
		fs = w.crash(fs)
		w.until(2 * time.Minute)
		w.boot()
		w.until(6 * time.Minute)
		w.fires("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "6m30s ops +a (first notification)")
	}, onDisk(fs))
}
