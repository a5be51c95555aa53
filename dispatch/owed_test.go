package dispatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/store"
)

func TestOwedIsToldIfItIsNotMutedAnyMore(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.silences.mute("a")
		w.ends("b")
		w.until(6 * time.Minute)
		w.silences.unmute("a")
		w.ends("a")
		w.until(23 * time.Hour)
		w.want(
			"30s ops +a +b (first notification)",
			"5m30s ops -b (all alerts resolved)",
			"10m30s ops -a (all alerts resolved)",
		)
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestWhatNobodyWasToldOfChangesNothing(t *testing.T) {
	for name, muted := range map[string]bool{"muted": true, "not muted": false} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, simple, func(w *world) {
				w.fires("a")
				w.until(5*time.Minute + 31*time.Second)
				w.silences.mute("a")
				if muted {
					w.silences.mute("c")
				}
				w.fires("c")
				w.until(6 * time.Minute)
				w.ends("c")
				w.until(20 * time.Minute)
				w.silences.unmute("a")
				w.silences.unmute("c")
				w.until(time.Hour)
				w.want("30s ops +a (first notification)")
			})
		})
	}
}

func TestARetryThatRunsIntoASilenceForgetsNothing(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 6*time.Minute {
				return errDown
			}
			return nil
		}
		w.fires("b")
		w.until(5*time.Minute + 31*time.Second)
		w.silences.mute("a")
		w.silences.mute("b")
		w.until(6 * time.Minute)
		w.ends("b")
		w.silences.unmute("a")
		w.until(time.Hour)
		w.want(
			"30s ops +a (first notification)",
			"5m30s ops +a +b (new alerts added) failed",
			"5m30.5s ops +a +b (new alerts added) failed",
		)
	})
}

func TestOthersGoFirstAlsoIfTheGroupIsQuick(t *testing.T) {
	second := func(w *world, _ *dispatch.Options) { w.cluster = place{15 * time.Second} }
	const routes = `{receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 10s}`
	inBubble(t, routes, func(w *world) {
		w.fires("a")
		w.until(time.Hour)
		w.want("15s ops +a (first notification)")
	}, second)
}

func TestARetryAfterATickIsNotStale(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < time.Minute {
				return &notify.StatusError{Code: 429, RetryAfter: 9 * time.Minute}
			}
			return nil
		}
		w.fires("a")
		w.until(6 * time.Minute)
		w.silences.mute("a")
		w.until(20 * time.Minute)
		w.want("30s ops +a (first notification) failed")
	})
}

func TestASilenceLongerThanTheRetentionDoesNotHideTheResolve(t *testing.T) {
	inBubble(t, simple, func(w *world) {
		ctx, cancel := context.WithCancel(w.t.Context())
		defer cancel()
		go func() { _ = w.log.Run(ctx) }()
		w.fires("a")
		w.until(time.Minute)
		w.silences.mute("a")
		for w.at() < 6*24*time.Hour {
			w.fires("a")
			time.Sleep(time.Hour)
		}
		w.ends("a")
		w.until(7 * 24 * time.Hour)
		w.want("30s ops +a (first notification)", "144h5m30s ops -a (all alerts resolved)")
	})
}

// busyDisk is a journal during whose writing something else happens.
type busyDisk struct {
	store.NoJournal
	meanwhile func()
}

func (d *busyDisk) Append(context.Context, []*alert.Alert) error {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return nil
}

func TestAnEndThatGCOvertakesIsTold(t *testing.T) {
	d := &busyDisk{}
	journal := func(w *world, o *dispatch.Options) {
		w.alerts = store.NewAlerts(store.Options{Journal: d})
		o.Alerts = w.alerts
	}
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		d.meanwhile = func() { w.alerts.GC(time.Now()) }
		w.ends("a")
		w.until(23 * time.Hour)
		w.want("30s ops +a (first notification)", "5m30s ops -a (all alerts resolved)")
	}, journal)
}

func TestResolvedIsToldOnceThoughAnotherIntegrationFails(t *testing.T) {
	two := func(w *world, _ *dispatch.Options) { w.other = "other" }
	inBubble(t, simple, func(w *world) {
		w.send["other"] = func(context.Context, *notify.Notification) error {
			if w.at() > 5*time.Minute {
				return backoff.Permanent(errDown)
			}
			return nil
		}
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.ends("a")
		w.until(6 * time.Minute)
		w.silences.mute("a")
		w.fires("c")
		w.until(11 * time.Minute)
		w.silences.unmute("a")
		w.until(16 * time.Minute)
		w.want(
			"30s ops +a +b (first notification)", "30s other +a +b (first notification)",
			"5m30s ops -a +b (some alerts resolved)", "5m30s other -a +b (some alerts resolved) failed",
			"10m30s ops +b +c (new alerts added)", "10m30s other -a +b +c (new alerts added) failed",
			"15m30s other -a +b +c (new alerts added) failed",
		)
	}, two)
}
