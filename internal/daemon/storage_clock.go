package daemon

import (
	"context"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// heartbeat is how often it is written down that tocsin is up.
const heartbeat = 5 * time.Second

// leap is by how much a clock has to be set that somebody should hear of it.
const leap = time.Minute

// beat writes down that tocsin is up, until ctx is done, and keeps an eye on the
// clock meanwhile.
func (d *Daemon) beat(ctx context.Context) error {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for last := time.Now(); ; {
		now := time.Now()
		d.storage.clock.Put("alive", now)
		warnOfLeap(d.logger, last, now)
		last = now
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// warnOfLeap compares the time that has passed between two readings of the clock
// with the time that it shows to have passed.
func warnOfLeap(logger log.Logger, last, now time.Time) {
	if by := now.Round(0).Sub(last.Round(0)) - now.Sub(last); by.Abs() >= leap {
		_ = level.Warn(logger).Log("msg", "The clock was set, or the machine has slept; silences and time intervals go by the clock", "by", by.Round(time.Second))
	}
}

// away is for how long tocsin was not up before now; less than 0 if the clock shows
// a time at which it was up.
func (s storage) away(now time.Time) (time.Duration, error) {
	stored, err := s.clock.All()
	if alive, known := stored["alive"]; known {
		return now.Sub(alive), err
	}
	return 0, err
}

// warnOfPast complains about a clock that is behind at the start, as one is that
// has no battery and waits for the network.
func warnOfPast(logger log.Logger, away time.Duration) {
	if away < -leap {
		_ = level.Warn(logger).Log("msg", "The clock is behind the time at which tocsin was last up; silences and time intervals go by the clock", "behind", -away.Round(time.Second))
	}
}
