package daemon

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestStorms(t *testing.T) {
	type gone struct{ forgotten, left int }
	for name, c := range map[string]struct {
		gone []gone
		want int // how often memory is given back
	}{
		"few":                  {[]gone{{manyAlerts - 1, 0}}, 0},
		"many":                 {[]gone{{manyAlerts, 0}}, 1},
		"few at a time":        {[]gone{{manyAlerts / 2, 5}, {manyAlerts / 2, 0}, {manyAlerts / 2, 0}}, 1},
		"fewer than are left":  {[]gone{{2 * manyAlerts, 2*manyAlerts + 1}}, 0},
		"as many as are left":  {[]gone{{2 * manyAlerts, 2 * manyAlerts}}, 1},
		"as it passes":         {[]gone{{manyAlerts, 3 * manyAlerts}, {manyAlerts, 2 * manyAlerts}, {manyAlerts, manyAlerts}}, 2},
		"one storm after next": {[]gone{{manyAlerts, 0}, {manyAlerts, 0}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var freed atomic.Int64
				s := storms{free: func() { freed.Add(1) }}
				for _, g := range c.gone {
					s.over(g.forgotten, g.left)
					if freed.Load() > 0 && len(c.gone) == 1 {
						t.Error("memory is given back before everybody has heard of it")
					}
					time.Sleep(hearingOf)
					synctest.Wait()
				}
				if got := int(freed.Load()); got != c.want {
					t.Errorf("memory was given back %d times, want %d", got, c.want)
				}
			})
		})
	}
}
