package dispatch_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
)

// unsettled is a cluster that has settled when it has learned something.
type unsettled struct {
	notify.Alone
	learn *sync.Once
	what  func()
}

func (u unsettled) Settle(context.Context) error {
	u.learn.Do(u.what)
	return nil
}

// What a replica hears while it settles counts in what it tells first.
func TestWhatIsLearnedWhileSettlingIsTold(t *testing.T) {
	inBubble(t, "{receiver: ops, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 1h}", func(w *world) {
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		w.want("10s ops -a +b (first notification)")
	}, func(w *world, _ *dispatch.Options) {
		w.cluster = unsettled{learn: new(sync.Once), what: func() {
			a := alert.New(alert.LabelsOf("alertname", "X", "host", "a"))
			a.StartsAt, a.EndsAt, a.UpdatedAt = w.start, time.Now(), time.Now()
			if err := w.alerts.Put(t.Context(), []*alert.Alert{a}); err != nil {
				t.Error(err)
			}
		}}
	})
}

// Only what was known at the start can have left its group in an earlier life. A
// replica that starts with nothing has to take over all that its peers know.
func TestWhatComesAfterTheStartIsNotOfAnEarlierLife(t *testing.T) {
	inBubble(t, "{receiver: ops, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 1h}", func(w *world) {
		w.until(time.Second)
		w.ends("a")
		if w.groups() != 1 {
			t.Errorf("%d groups, want the one of an end that somebody may be owed", w.groups())
		}
	})
}
