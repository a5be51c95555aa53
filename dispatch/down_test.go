package dispatch_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

func TestWhatWasTooShortIsToldIfTheRouteSaysSo(t *testing.T) {
	inBubble(t, simple+"\nsend_unseen_resolved: true\n", func(w *world) {
		w.fires("a")
		w.until(10 * time.Second)
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops -a (all alerts resolved)")
		if n := w.groups(); n != 0 {
			t.Errorf("%d groups are left, want none", n)
		}
	})
}

func TestWhatHappenedWhileTheReceiverWasDownIsToldIfTheRouteSaysSo(t *testing.T) {
	for routes, want := range map[string]int{simple: 0, simple + "\nsend_unseen_resolved: true\n": 1} {
		inBubble(t, routes, func(w *world) {
			var attempts int
			w.send["ops"] = func(context.Context, *notify.Notification) error {
				if w.at() < time.Hour {
					return errDown
				}
				attempts++
				return nil
			}
			w.fires("a")
			w.until(20 * time.Minute)
			w.ends("a")
			w.until(2 * time.Hour)
			if attempts != want {
				t.Errorf("told %d times, want %d", attempts, want)
			}
		})
	}
}

// A receiver is down for a day, while thousands of alerts come and go. That costs
// no more at its end than at its beginning, and then everybody is told once.
func TestADayWithoutAReceiver(t *testing.T) {
	const groups, perGroup = 100, 100
	routes := `{receiver: ops, group_by: [cluster], group_wait: 30s, group_interval: 5m, repeat_interval: 48h}`
	inBubble(t, routes, func(w *world) {
		var (
			down     atomic.Bool
			attempts atomic.Int64
			told     = make(chan int, 10*groups)
		)
		down.Store(true)
		w.send["ops"] = func(_ context.Context, n *notify.Notification) error {
			attempts.Add(1)
			if down.Load() {
				return errDown
			}
			told <- len(n.Alerts)
			return nil
		}
		flap := func(hour int) {
			now := time.Now()
			for g := range groups {
				batch := make([]*alert.Alert, perGroup)
				for i := range batch {
					a := alert.New(alert.LabelsOf("alertname", "Flap", "cluster", fmt.Sprint(g), "host", fmt.Sprint(i)))
					a.StartsAt, a.UpdatedAt, a.EndsAt = now, now, now.Add(48*time.Hour)
					if (i+hour)%2 == 0 {
						a.EndsAt = now
					}
					batch[i] = a
				}
				if err := w.alerts.Put(t.Context(), batch); err != nil {
					t.Fatal(err)
				}
			}
		}
		var early, late runtime.MemStats
		var goroutines int
		for hour := range 24 {
			flap(hour)
			w.until(time.Duration(hour+1) * time.Hour)
			if hour == 2 {
				goroutines = runtime.NumGoroutine()
				runtime.GC()
				runtime.ReadMemStats(&early)
				w.mu.Lock()
				w.events = nil
				w.mu.Unlock()
			}
		}
		w.mu.Lock()
		w.events = nil // that is what the test remembers
		w.mu.Unlock()
		runtime.GC()
		runtime.ReadMemStats(&late)
		if n := runtime.NumGoroutine(); n > goroutines+10 {
			t.Errorf("%d goroutines, %d of them early on", n, goroutines)
		}
		if late.HeapAlloc > early.HeapAlloc*3/2 {
			t.Errorf("%d MB in use, %d early on", late.HeapAlloc>>20, early.HeapAlloc>>20)
		}
		// One probe every half a minute, whatever the number of groups.
		if n := attempts.Load(); n > 24*60*2+1000 {
			t.Errorf("%d attempts on a receiver that is down", n)
		}
		down.Store(false)
		w.until(25 * time.Hour)
		if len(told) != groups {
			t.Errorf("%d notifications when it is back, want one for each of %d groups", len(told), groups)
		}
		for range len(told) {
			if n := <-told; n != perGroup/2 && n != perGroup {
				t.Errorf("a notification has %d alerts", n)
			}
		}
	})
}
