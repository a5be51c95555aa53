package dispatch_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

const simple = `
receiver: ops
group_by: [alertname]
group_wait: 30s
group_interval: 5m
repeat_interval: 4h
`

func TestGroupWaitCollectsAndGroupIntervalPaces(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(29 * time.Second)
		w.fires("b")
		w.until(31 * time.Second)
		w.fires("c")
		w.until(5*time.Minute + 29*time.Second)
		w.want("30s ops +a +b (first notification)")
		w.until(5*time.Minute + 30*time.Second)
		w.want("30s ops +a +b (first notification)", "5m30s ops +a +b +c (new alerts added)")
	})
}

func TestAnAlertThatHasWaitedElsewhereIsToldAtOnce(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.post("a", w.start.Add(-31*time.Second), time.Hour, nil)
		w.want("0s ops +a (first notification)")
	})
}

func TestAnAlertThatHasWaitedJustAsLongAsAskedWaits(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.post("a", w.start.Add(-30*time.Second), time.Hour, nil)
		w.until(30 * time.Second)
		w.want("30s ops +a (first notification)")
	})
}

func TestRepostIsNotNews(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		for range 60 {
			w.fires("a")
			time.Sleep(time.Minute)
		}
		w.want("30s ops +a (first notification)")
	})
}

func TestRepeat(t *testing.T) {
	const routes = `{receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 2s, repeat_interval: 4s}`
	inBubble(t, routes, func(w *world) {
		w.fires("a")
		w.until(13 * time.Second)
		// A tick that comes exactly when the interval has passed is too early.
		w.want("0s ops +a (first notification)", "6s ops +a (repeat interval elapsed)", "12s ops +a (repeat interval elapsed)")
	})
}

func TestResolvedIsToldAtTheNextTickAndTheGroupGoesAway(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.ends("a")
		w.until(6 * time.Minute)
		w.ends("b")
		w.until(time.Hour)
		w.want(
			"30s ops +a +b (first notification)",
			"5m30s ops -a +b (some alerts resolved)",
			"10m30s ops -b (all alerts resolved)",
		)
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestAnAlertEndsByItself(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.post("a", time.Now(), 4*time.Minute, nil)
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "5m30s ops -a (all alerts resolved)")
	})
}

func TestWithoutSendResolved(t *testing.T) {
	inBubble(t, `{receiver: ops-quiet, group_by: [alertname], group_wait: 30s, group_interval: 5m}`, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops-quiet +a (first notification)")
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
		// What fires again is news, because the end was noted.
		w.fires("a")
		w.until(time.Hour + 30*time.Second)
		w.want("30s ops-quiet +a (first notification)", "1h0m30s ops-quiet +a (first notification)")
	})
}

func TestNeverFiredIsNeverTold(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(20 * time.Second)
		w.ends("a")
		w.until(time.Hour)
		w.want()
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestStartDelay(t *testing.T) {
	delay := func(w *world, o *dispatch.Options) { o.StartAt = w.start.Add(time.Minute) }
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(2 * time.Minute)
		w.want("1m0s ops +a (first notification)")
	}, delay)
}

func TestRetriesUntilItGetsThrough(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		attempts := 0
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if attempts++; attempts < 5 {
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(time.Hour)
		w.want(
			"30s ops +a (first notification) failed",
			"30.5s ops +a (first notification) failed",
			"31.25s ops +a (first notification) failed",
			"32.375s ops +a (first notification) failed",
			"34.0625s ops +a (first notification)",
		)
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < time.Minute {
				return &notify.StatusError{Code: 429, RetryAfter: 45 * time.Second}
			}
			return nil
		}
		w.fires("a")
		w.until(5 * time.Minute)
		w.want("30s ops +a (first notification) failed", "1m15s ops +a (first notification)")
	})
}

func TestPermanentFailureWaitsForTheNextTick(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 10*time.Minute {
				return backoff.Permanent(errDown)
			}
			return nil
		}
		w.fires("a")
		w.until(time.Hour)
		w.want(
			"30s ops +a (first notification) failed",
			"5m30s ops +a (first notification) failed",
			"10m30s ops +a (first notification)",
		)
	})
}

func TestRetriesGoOnBeyondTheGroupInterval(t *testing.T) {
	const routes = `{receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1s}`
	inBubble(t, routes, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 3*time.Hour {
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(3*time.Hour + 2*time.Minute)
		told := w.told()
		last := told[len(told)-1]
		if len(told) > 300 || !strings.HasSuffix(last, "(first notification)") {
			t.Errorf("%d attempts, the last %q: want one a minute, until it gets through", len(told), last)
		}
	})
}

func TestARetryCarriesTheNewestState(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 32*time.Second {
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(31 * time.Second)
		w.fires("b")
		w.ends("a")
		w.until(5 * time.Minute)
		w.want(
			"30s ops +a (first notification) failed",
			"30.5s ops +a (first notification) failed",
			"31.25s ops -a +b (first notification) failed",
			"32.375s ops -a +b (first notification)",
		)
	})
}

func TestWhatIsOverBeforeItGetsThroughIsNotTold(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error { return errDown }
		w.fires("a")
		w.until(31 * time.Second)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification) failed", "30.5s ops +a (first notification) failed")
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestASilenceStopsRetries(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error { return errDown }
		w.fires("a")
		w.until(31 * time.Second)
		w.silences.mute("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification) failed", "30.5s ops +a (first notification) failed")
	})
}

func TestASlowReceiverIsNotCutOff(t *testing.T) {
	const routes = `{receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 10s}`
	inBubble(t, routes, func(w *world) {
		w.send["ops"] = func(ctx context.Context, _ *notify.Notification) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return nil
			}
		}
		w.fires("a")
		w.until(5 * time.Second)
		w.fires("b")
		w.until(3 * time.Minute)
		// Never two at a time; what came meanwhile is told right after.
		w.want("1m0s ops +a (first notification)", "2m0s ops +a +b (new alerts added)")
	})
}

func TestADeadReceiverDoesNotSlowOthers(t *testing.T) {
	const routes = `
receiver: ops
group_by: [host]
group_wait: 0s
routes:
  - receiver: dead
    matchers: [host=~".*"]
    continue: true
  - receiver: ops
`
	inBubble(t, routes, func(w *world) {
		w.send["dead"] = func(ctx context.Context, _ *notify.Notification) error {
			<-ctx.Done()
			return ctx.Err()
		}
		for i := range 100 {
			w.fires(strconv.Itoa(i))
		}
		w.until(time.Second)
		if n := len(w.told()); n != 100 {
			t.Errorf("%d notifications got through, want 100", n)
		}
	})
}

func TestResolvedWhileSilencedIsTold(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.silences.mute("a")
		w.until(11 * time.Minute)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "15m30s ops -a (all alerts resolved)")
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestResolvedWhileSilencedIsNotToldIfTheRouteSaysSo(t *testing.T) {
	const routes = simple + `
send_muted_resolved: false
routes: [{matchers: [alertname="X"]}]
`
	inBubble(t, routes, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.silences.mute("a")
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)")
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestResolvedWhileSilencedIsToldOnlyToWhomItWasFiring(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.silences.mute("a")
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +b (first notification)")
	})
}

// A told alert that is silenced and then left out of a notification about others
// is still owed its resolve.
func TestOwedSurvivesNotificationsAboutOthers(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.silences.mute("a")
		w.fires("c")
		w.until(6 * time.Minute)
		w.ends("b")
		w.ends("c")
		w.until(12 * time.Minute)
		w.ends("a")
		w.until(time.Hour)
		w.want(
			"30s ops +a +b (first notification)",
			"5m30s ops +b +c (new alerts added)",
			"10m30s ops -b -c (all alerts resolved)",
			"15m30s ops -a (all alerts resolved)",
		)
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestResolvedInMutedHoursIsToldWhenTheyEnd(t *testing.T) {
	const routes = `
receiver: ops
group_by: [alertname]
routes:
  - receiver: ops
    matchers: [alertname="X"]
    mute_time_intervals: [night]
`
	// Stories begin at midnight.
	night := func(w *world, _ *dispatch.Options) {
		w.intervals = timeinterval.Set{"night": {{Times: []timeinterval.TimeRange{{Start: 60, End: 120}}}}}
	}
	inBubble(t, routes, func(w *world) {
		w.fires("a")
		w.until(90 * time.Minute)
		w.ends("a")
		w.until(4 * time.Hour)
		w.want("30s ops +a (first notification)", "2h0m30s ops -a (all alerts resolved)")
	}, night)
}

func TestActiveHours(t *testing.T) {
	const routes = `
receiver: ops
routes:
  - receiver: ops
    matchers: [alertname="X"]
    active_time_intervals: [later]
`
	later := func(w *world, _ *dispatch.Options) {
		w.intervals = timeinterval.Set{"later": {{Times: []timeinterval.TimeRange{{Start: 10, End: 60}}}}}
	}
	inBubble(t, routes, func(w *world) {
		w.fires("a")
		w.until(5 * time.Minute)
		if muted := w.d.Groups()[0].MutedBy; len(muted) != 1 || muted[0] != "later" {
			t.Errorf("muted by %q, want later", muted)
		}
		w.until(50 * time.Minute)
		w.want("10m30s ops +a (first notification)")
		if muted := w.d.Groups()[0].MutedBy; len(muted) != 0 {
			t.Errorf("muted by %q, want nothing", muted)
		}
	}, later)
}

// place lets others go first.
type place struct {
	notify.Alone
	wait time.Duration
}

func (p place) Wait(string) time.Duration { return p.wait }

func TestOthersGoFirst(t *testing.T) {
	second := func(w *world, _ *dispatch.Options) { w.cluster = place{wait: 15 * time.Second} }
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Hour)
		w.want("45s ops +a (first notification)")
	}, second)
}

// settles is a cluster that takes its time.
type settles struct {
	notify.Alone
	done chan struct{}
}

func (s settles) Settle(ctx context.Context) error {
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (settles) Wait(string) time.Duration { return 0 }

func TestNothingIsToldBeforeTheClusterHasSettled(t *testing.T) {
	cluster := func(w *world, _ *dispatch.Options) { w.cluster = settles{done: make(chan struct{})} }
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.want()
		close(w.cluster.(settles).done)
		synctest.Wait()
		w.want("1m0s ops +a (first notification)")
	}, cluster)
}

func TestAnIdleGroupHasNoGoroutine(t *testing.T) {
	const groups = 100_000
	inBubble(t, `{receiver: ops, group_by: [host], group_wait: 30s}`, func(w *world) {
		// The runtime may start a few goroutines of its own meanwhile.
		const runtimes = 10
		before := runtime.NumGoroutine() + runtimes
		var batch []*alert.Alert
		for i := range groups {
			a := alert.New(alert.LabelsOf("alertname", "X", "host", strconv.Itoa(i)))
			a.StartsAt, a.UpdatedAt, a.EndsAt = w.start, w.start, w.start.Add(time.Hour)
			batch = append(batch, a)
		}
		if err := w.alerts.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := w.groups(); n != groups {
			t.Fatalf("%d groups, want %d", n, groups)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%d goroutines with %d groups that wait, %d without", after, groups, before)
		}
		w.until(time.Minute)
		if n := len(w.told()); n != groups {
			t.Errorf("%d notifications, want %d", n, groups)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%d goroutines with %d groups that were told, %d without", after, groups, before)
		}
	})
}
