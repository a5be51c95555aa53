package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/store"
)

// slowDisk is a table that takes a second to make anything durable.
type slowDisk struct{ store.Nowhere[*notify.Entry] }

func (slowDisk) Sync(context.Context) error {
	time.Sleep(time.Second)
	return nil
}

// TestSlowDisk: who has been told and waits until that is written down keeps nobody
// else from being told, within bounds. No more are told at a time for that.
func TestSlowDisk(t *testing.T) {
	const groups = 200
	for name, test := range map[string]struct {
		send time.Duration // how long a receiver takes
		want []int         // how many hear of something, second by second
	}{
		"fast receiver": {time.Millisecond, []int{64, 64, 64, 8}},
		"slow receiver": {1100 * time.Millisecond, []int{0, 32, 32, 32, 32, 32, 32, 8}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, "{receiver: ops-quiet, group_by: [host], group_wait: 30s, group_interval: 5m, repeat_interval: 10h}", func(w *world) {
				now, most := 0, 0
				w.send["ops-quiet"] = func(context.Context, *notify.Notification) error {
					w.mu.Lock()
					now++
					most = max(most, now)
					w.mu.Unlock()
					time.Sleep(test.send)
					w.mu.Lock()
					now--
					w.mu.Unlock()
					return nil
				}
				for i := range groups {
					w.fires(fmt.Sprint(i))
				}
				w.until(time.Minute)
				if got := w.perSecond(30 * time.Second); !slices.Equal(got, test.want) || most > 32 {
					t.Errorf("%v told from second to second, %d at a time; want %v and at most 32", got, most, test.want)
				}
			}, func(w *world, _ *dispatch.Options) {
				w.log = notify.NewLog(notify.LogOptions{Table: slowDisk{}})
			})
		})
	}
}

// perSecond counts what has been told since, second by second.
func (w *world) perSecond(since time.Duration) []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var counts []int
	for _, e := range w.events {
		i := int((e.at - since) / time.Second)
		for len(counts) <= i {
			counts = append(counts, 0)
		}
		counts[i]++
	}
	return counts
}
