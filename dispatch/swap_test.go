package dispatch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// reload puts routes in force, as a reload of the configuration does.
func (w *world) reload(routes string) {
	w.t.Helper()
	root := tree(w.t, routes)
	old := w.p
	w.p = w.pipeline(root)
	w.d.Swap(root, w.p)
	go old.Close(context.Background())
	synctest.Wait()
}

func TestReloadOfEqualRoutesChangesNothing(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(20 * time.Second)
		w.reload(simple) // while the group waits for company
		w.until(4 * time.Minute)
		w.fires("b")
		w.reload(simple) // between two ticks
		w.until(6 * time.Minute)
		w.ends("a")
		w.ends("b")
		w.reload(simple)
		w.until(time.Hour)
		w.want(
			"30s ops +a (first notification)",
			"5m30s ops +a +b (new alerts added)",
			"10m30s ops -a -b (all alerts resolved)",
		)
	})
}

func TestReloadKeepsWhatIsOnItsWay(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 33*time.Second {
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(31 * time.Second)
		w.reload(simple) // while it waits for the next attempt
		w.until(5 * time.Minute)
		w.want(
			"30s ops +a (first notification) failed",
			"30.5s ops +a (first notification) failed",
			"31.25s ops +a (first notification) failed",
			"32.375s ops +a (first notification) failed",
			"34.0625s ops +a (first notification)",
		)
	})
}

func TestReloadLetsARunningSendEnd(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			time.Sleep(time.Minute)
			return nil
		}
		w.fires("a")
		w.until(time.Minute)
		w.reload(simple)
		w.fires("b")
		w.until(10 * time.Minute)
		w.want("1m30s ops +a (first notification)", "6m30s ops +a +b (new alerts added)")
	})
}

func TestReloadRetriesWhatFailsMeanwhile(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < time.Minute {
				time.Sleep(time.Minute)
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(time.Minute)
		w.reload(simple)
		w.until(2 * time.Minute)
		w.want("1m30s ops +a (first notification) failed", "1m30.5s ops +a (first notification)")
	})
}

func TestReloadChangesOnlyWhatChanged(t *testing.T) {
	const before = `
receiver: ops
group_by: [alertname]
routes:
  - matchers: [team="x"]
    receiver: x
  - matchers: [team="y"]
    receiver: y
`
	const after = `
receiver: ops
group_by: [alertname]
routes:
  - matchers: [team="new"]
    receiver: new
  - matchers: [team="x"]
    receiver: x
  - matchers: [team="y"]
    receiver: z
`
	inBubble(t, before, func(w *world) {
		w.fires("a", "team", "x")
		w.fires("b", "team", "y")
		w.fires("c", "team", "new")
		w.until(time.Minute)
		w.reload(after)
		w.until(time.Minute + time.Second)
		w.ends("a", "team", "x")
		w.until(6 * time.Minute)
		w.want(
			"30s ops +c (first notification)", "30s x +a (first notification)", "30s y +b (first notification)",
			// New routes begin with alerts that have waited long enough.
			"1m0s new +c (first notification)", "1m0s z +b (first notification)",
			"5m30s x -a (all alerts resolved)",
		)
	})
}

func TestReloadThatRemovesARouteEndsItsRetries(t *testing.T) {
	const before = `
receiver: ops
routes:
  - matchers: [alertname="X"]
    receiver: x
`
	inBubble(t, before, func(w *world) {
		w.send["x"] = func(context.Context, *notify.Notification) error { return errDown }
		w.fires("a")
		w.until(31 * time.Second)
		w.reload(`{receiver: ops}`)
		w.until(time.Hour)
		w.want(
			"30s x +a (first notification) failed", "30.5s x +a (first notification) failed",
			"31s ops +a (first notification)",
		)
	})
}
