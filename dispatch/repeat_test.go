package dispatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// A notification says when it is repeated, so that what a sender tells can last
// until then.
func TestSendersKnowTheRepeatInterval(t *testing.T) {
	inBubble(t, "{receiver: ops, repeat_interval: 3h}", func(w *world) {
		repeats := make(chan time.Duration, 10)
		w.send["ops"] = func(_ context.Context, n *notify.Notification) error {
			first, _ := n.First(1)
			repeats <- first.Repeat
			return nil
		}
		w.fires("a")
		w.fires("b")
		w.until(4 * time.Hour)
		if n := len(repeats); n != 2 {
			t.Fatalf("told %d times, want once and a repetition", n)
		}
		for range 2 {
			if got := <-repeats; got != 3*time.Hour {
				t.Errorf("repeated after %s, want 3h", got)
			}
		}
	})
}
