package walltest

import (
	"testing"
	"time"
)

func TestSet(t *testing.T) {
	now := time.Now()
	for _, d := range []time.Duration{time.Hour, -time.Hour, 240 * time.Hour, -8000 * 24 * time.Hour} {
		set := Set(now, d)
		if got := set.Round(0).Sub(now.Round(0)); got != d {
			t.Errorf("set by %s the clock shows %s more", d, got)
		}
		if got := set.Sub(now); got != 0 {
			t.Errorf("set by %s, %s have passed", d, got)
		}
	}
}

func TestSetNeedsAMonotonicReading(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a time without a monotonic reading was taken")
		}
	}()
	Set(time.Now().Round(0), time.Hour)
}
