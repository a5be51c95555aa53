package silence

import (
	"context"
	"fmt"
	"time"

	"github.com/go-kit/log/level"
	"github.com/google/uuid"
)

// Set stores a silence and returns the id under which it is in force.
//
// Without an id it creates one; a start in the past becomes now. With an id it
// changes that silence if its matchers stay the same, in order, and either it
// is active, keeps its start to the second and does not end in the past, or it
// is pending and does not start in the past. Otherwise the known silence is
// expired and sil is created under a new id.
//
// Set blocks until the change is durable. After any error nothing has changed;
// the error wraps ErrNotFound, ErrInvalid or ErrLimit if the change was
// refused.
func (s *Silences) Set(ctx context.Context, sil Silence) (id string, err error) {
	next := sil.clone()
	if err := next.validate(s.o.Names); err != nil {
		return "", err
	}
	s.change.Lock()
	defer s.change.Unlock()
	s.writing.await(next.ID)
	now := present()
	var old *Silence
	if next.ID != "" {
		if old = s.here(next.ID); old == nil {
			return "", ErrNotFound
		}
	}
	next.UpdatedAt = now
	if old != nil {
		next.UpdatedAt = old.nextChange(now)
	}
	if old != nil && changesInPlace(old, next, now) {
		err = s.update(ctx, old, next)
	} else {
		err = s.create(ctx, old, next)
	}
	if err != nil {
		return "", err
	}
	return next.ID, nil
}

// Expire ends a silence now. It does nothing to one that has expired. Set says
// when it returns and what an error means.
func (s *Silences) Expire(ctx context.Context, id string) error {
	s.change.Lock()
	defer s.change.Unlock()
	s.writing.await(id)
	now := present()
	old := s.here(id)
	if old == nil {
		return ErrNotFound
	}
	if old.StateAt(now) == Expired {
		return nil
	}
	return s.apply(ctx, "silence expired", old.expiredAt(now))
}

// present is UTC, and without the monotonic reading that the table would lose.
func present() time.Time { return time.Now().UTC().Round(0) }

func (s *Silences) update(ctx context.Context, old, next *Silence) error {
	if old.StateAt(present()) == Active {
		next.StartsAt = old.StartsAt // with the fraction of a second it had
	}
	if err := next.validateTimes(); err != nil {
		return err
	}
	if err := s.checkSize(next); err != nil {
		return err
	}
	return s.apply(ctx, "silence updated", next)
}

// create stores next under a new id in the place of old, which may be nil.
func (s *Silences) create(ctx context.Context, old, next *Silence) error {
	now := present()
	next.UpdatedAt = now
	if next.StartsAt.Before(now) {
		next.StartsAt = now
	}
	if err := next.validateTimes(); err != nil {
		return err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return fmt.Errorf("make an id for a silence: %w", err)
	}
	next.ID = id.String()
	if err := s.checkLimits(next); err != nil {
		return err
	}
	if old == nil || old.StateAt(now) == Expired {
		return s.apply(ctx, created, next)
	}
	return s.replace(ctx, old.expiredAt(now), next)
}

// replace makes the end of one silence and the beginning of another durable and
// then visible, the beginning first: neither a reader nor a crash between the
// two finds an alert loud that was and is to be quiet.
func (s *Silences) replace(ctx context.Context, ended, next *Silence) error {
	if err := s.write(ctx, next, ended); err != nil {
		return err
	}
	s.show(next)
	s.show(ended)
	s.announce(created, next)
	s.announce("silence expired", ended)
	return nil
}

// apply makes a new or changed silence durable and then visible.
func (s *Silences) apply(ctx context.Context, msg string, sil *Silence) error {
	if err := s.write(ctx, sil); err != nil {
		return err
	}
	s.show(sil)
	s.announce(msg, sil)
	return nil
}

func (s *Silences) checkLimits(next *Silence) error {
	if err := s.checkSize(next); err != nil {
		return err
	}
	known := len(s.byID) + s.writing.fresh
	if limit := s.o.MaxSilences; limit > 0 && known >= limit {
		return fmt.Errorf("%w: there are %d silences, expired ones included, and at most %d are allowed", ErrLimit, known, limit)
	}
	return nil
}

func (s *Silences) checkSize(next *Silence) error {
	if limit := s.o.MaxBytes; limit > 0 {
		if size := next.size(s.expiry(next)); size > limit {
			return fmt.Errorf("%w: the silence has %d bytes and at most %d are allowed", ErrLimit, size, limit)
		}
	}
	return nil
}

// expiry is when a silence is forgotten.
func (s *Silences) expiry(sil *Silence) time.Time { return sil.EndsAt.Add(s.o.Retention) }

// created is the message of a change that makes a new silence.
const created = "silence created"

// announce tells who wants to know of a change. The line has the keys that
// operators already search for.
func (s *Silences) announce(msg string, sil *Silence) {
	if s.o.Changed != nil {
		s.o.Changed(sil, msg == created)
	}
	if !s.o.LogChanges {
		return
	}
	_ = level.Info(s.o.Logger).Log(
		"msg", msg,
		"Id", sil.ID,
		"CreatedBy", sil.CreatedBy,
		"Comment", sil.Comment,
		"StartsAt", sil.StartsAt,
		"EndsAt", sil.EndsAt,
		"Matchers", sil.Matchers,
	)
}
