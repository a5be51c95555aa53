package silence

import (
	"context"
	"time"
)

// Run forgets silences that are past their retention, every Options.Interval
// until ctx is done. It starts no other goroutine.
func (s *Silences) Run(ctx context.Context) error {
	tick := time.NewTicker(s.o.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.maintain()
		}
	}
}

func (s *Silences) maintain() {
	start := time.Now()
	s.gc(present())
	s.metrics.maintained(time.Since(start))
}

// gc forgets what is past its retention.
func (s *Silences) gc(now time.Time) {
	s.change.Lock()
	defer s.change.Unlock()
	var gone []string
	for id, f := range s.byID {
		if !s.expiry(f.silence).After(now) && !s.writing.has(id) {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		s.o.Table.Delete(gone...)
	}
	s.forget(gone, now)
	s.sweep()
}

// sweep forgets the verdicts on alerts that nobody has asked about since the last time.
func (s *Silences) sweep() {
	s.mu.Lock()
	unused, idle := s.swept, s.index.Len() == 0
	s.changed(change{}) // so that those that are asked about from now on tell themselves apart
	s.swept = s.changes.last
	s.mu.Unlock()
	if idle {
		s.verdicts.clear()
	} else {
		s.verdicts.sweep(unused)
	}
}

// forget removes silences from memory, and those that are expired at now from
// the index.
func (s *Silences) forget(gone []string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range gone {
		if f := s.byID[id]; f != nil {
			s.leave(f)
			f.silence = nil // a verdict may still have f
			delete(s.byID, id)
		}
	}
	for _, f := range s.byID {
		if f.silence.StateAt(now) == Expired {
			s.leave(f)
		}
	}
	s.cleaned = now
}

// recent is how far back a question may go: to a moment after which silences may
// have been taken out of the index, but not for long.
const recent = time.Minute

// renew puts silences back into the index that are in force once more, since the
// clock was set back after they had been taken out.
func (s *Silences) renew(now time.Time) {
	now = now.Round(0) // as the clock shows it, which is what silences go by
	if !s.outdated(now) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.byID {
		if !f.indexed && f.silence.StateAt(now) != Expired {
			s.enter(f)
		}
	}
	s.cleaned = now
}

// outdated reports whether the index was cleaned at a later time than now.
func (s *Silences) outdated(now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.cleaned.Sub(now) > recent
}
