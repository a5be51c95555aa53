package silence

import (
	"context"
	"fmt"
	"time"

	"github.com/go-kit/log/level"
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
			s.maintain(ctx)
		}
	}
}

// maintain has nobody to return an error to: what did not work is tried again
// the next time.
func (s *Silences) maintain(ctx context.Context) {
	start := time.Now()
	err := s.gc(ctx, present())
	s.metrics.maintained(time.Since(start), err)
	if err != nil && ctx.Err() == nil {
		_ = level.Error(s.o.Logger).Log("msg", "maintenance of silences failed", "err", err)
	}
}

// gc forgets what is past its retention, on disk and then in memory.
func (s *Silences) gc(ctx context.Context, now time.Time) error {
	s.change.Lock()
	defer s.change.Unlock()
	if err := s.repair(ctx); err != nil {
		return err
	}
	var gone []string
	for id, sil := range s.byID {
		if !s.expiry(sil).After(now) {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		if err := s.o.Table.Delete(ctx, gone...); err != nil {
			return fmt.Errorf("forget %d silences: %w", len(gone), err)
		}
	}
	s.forget(gone, now)
	return nil
}

// forget removes silences from memory, and those that are expired at now from
// the index.
func (s *Silences) forget(gone []string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range gone {
		delete(s.byID, id)
		s.index.Remove(id)
	}
	for id, sil := range s.byID {
		if sil.StateAt(now) == Expired {
			s.index.Remove(id)
		}
	}
}

// repair makes the table agree with what was answered after writes that failed.
func (s *Silences) repair(ctx context.Context) error {
	for id := range s.doubtful {
		if sil, known := s.byID[id]; known {
			if err := s.write(ctx, sil); err != nil {
				return err
			}
			continue
		}
		if err := s.o.Table.Delete(ctx, id); err != nil {
			return fmt.Errorf("forget silence %s: %w", id, err)
		}
		delete(s.doubtful, id)
	}
	return nil
}
