package dispatch_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
	second := func(w *world, _ *dispatch.Options) { w.cluster = place{wait: 15 * time.Second} }
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

func (d *busyDisk) Sync(context.Context) error {
	if d.meanwhile != nil {
		d.meanwhile()
	}
	return nil
}

func TestAnEndThatGCOvertakesIsTold(t *testing.T) {
	for name, seen := range map[string]func(){
		"before the report is heard of": func() {},
		"and is heard of first":         synctest.Wait,
	} {
		t.Run(name, func(t *testing.T) {
			d := &busyDisk{}
			journal := func(w *world, o *dispatch.Options) {
				w.alerts = store.NewAlerts(store.Options{Journal: d})
				o.Alerts = w.alerts
			}
			inBubble(t, simple, func(w *world) {
				w.fires("a")
				w.until(time.Minute)
				d.meanwhile = func() { w.alerts.GC(time.Now()); seen() }
				w.ends("a")
				w.until(23 * time.Hour)
				w.want("30s ops +a (first notification)", "5m30s ops -a (all alerts resolved)")
			}, journal)
		})
	}
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

// onTwoRoutes sends every alert to two receivers.
const onTwoRoutes = `
receiver: ops
group_by: [alertname]
group_wait: 30s
group_interval: 5m
repeat_interval: 4h
routes:
  - receiver: ops
    continue: true
  - receiver: second
`

// The store asks which alerts are still needed; one that has left a group may be
// owed by another.
func TestAnAlertIsHeldUntilItHasLeftItsLastGroup(t *testing.T) {
	id := alert.New(alert.LabelsOf("alertname", "X", "host", "a")).Fingerprint()
	inBubble(t, onTwoRoutes, func(w *world) {
		var down atomic.Bool
		w.send["second"] = func(context.Context, *notify.Notification) error {
			if down.Load() {
				return errDown
			}
			return nil
		}
		w.fires("a")
		w.until(time.Minute)
		down.Store(true)
		w.ends("a")
		w.until(30 * time.Minute)
		if !w.d.Holds(id) {
			t.Error("not held although one receiver has not been told of the end")
		}
		w.fires("a") // comes back to both groups
		w.until(40 * time.Minute)
		w.ends("a")
		down.Store(false)
		w.until(2 * time.Hour)
		if w.d.Holds(id) {
			t.Error("held although everybody knows")
		}
		if told := w.told(); !slices.Contains(told, "30m30s ops +a (first notification)") {
			t.Errorf("the group that it had left was not told that it fires again:\n%s", strings.Join(told, "\n"))
		}
	})
}

// A receiver that is down for longer than the retention is not told of ends that
// long ago.
func TestAnEndIsGivenUpAfterTheRetention(t *testing.T) {
	keep := func(w *world, o *dispatch.Options) {
		w.alerts = store.NewAlerts(store.Options{Retention: 24 * time.Hour, Held: func(id alert.Fingerprint) bool { return w.d.Holds(id) }})
		o.Alerts = w.alerts
	}
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		w.send["ops"] = func(context.Context, *notify.Notification) error { return errDown }
		w.ends("a")
		for _, hours := range []int{20, 26, 27} {
			w.until(time.Duration(hours) * time.Hour)
			w.alerts.GC(time.Now())
			synctest.Wait()
			if n, want := w.groups(), map[int]int{20: 1, 26: 1, 27: 0}[hours]; n > want && hours == 27 || n != want && hours == 20 {
				t.Errorf("%d groups after %d hours, want %d", n, hours, want)
			}
		}
	}, keep)
}

func TestGroupsComeBackWithTheirTimers(t *testing.T) {
	timers := &memory{}
	inBubble(t, simple, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		if len(timers.times) != 1 {
			t.Fatalf("%d timers are kept, want 1", len(timers.times))
		}
	}, func(_ *world, o *dispatch.Options) { o.Timers = timers })
	for id := range timers.times {
		timers.times[id] = time.Date(2000, 1, 1, 0, 3, 0, 0, time.UTC) // a bubble begins at midnight
	}
	timers.times["gone"] = time.Now()
	inBubble(t, simple, func(w *world) {
		w.until(4 * time.Minute)
		w.want("3m0s ops +b (first notification)")
		if _, there := timers.times["gone"]; there {
			t.Error("the timer of a group that did not come back is kept")
		}
	}, func(w *world, o *dispatch.Options) {
		o.Timers, o.Before = timers, maps.Clone(timers.times)
		w.fires("b") // is known at the start
	})
}

// memory is a table of times that outlives a dispatcher.
type memory struct {
	store.Nowhere[time.Time]
	times map[string]time.Time
}

func (m *memory) Put(key string, t time.Time) {
	if m.times == nil {
		m.times = make(map[string]time.Time)
	}
	m.times[key] = t
}

func (m *memory) Delete(keys ...string) {
	for _, key := range keys {
		delete(m.times, key)
	}
}
