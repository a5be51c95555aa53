package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tocsin-alerting/tocsin/alert"
)

// phase is where a silence is in its life, in the order in which lists show it.
type phase uint8

const (
	active phase = iota
	pending
	expired
)

func (p phase) String() string { return [...]string{"active", "pending", "expired"}[p] }

// phaseAt is as the silence package has it: one that somebody has ended is over.
func phaseAt(s *Silence, now time.Time) phase {
	switch {
	case !now.Before(s.EndsAt), !s.EndsAt.After(s.UpdatedAt):
		return expired
	case now.Before(s.StartsAt):
		return pending
	}
	return active
}

// getSilences lists the silences.
func (s *server) getSilences(w http.ResponseWriter, r *http.Request) error {
	p := s.params(r)
	filter, err := p.matchers("filter")
	if err != nil {
		return badRequest(err)
	}
	shown := map[phase]bool{active: p.on("active"), pending: p.on("pending"), expired: p.on("expired")}
	now := time.Now()
	chosen := slices.DeleteFunc(s.silences.All(), func(sil Silence) bool {
		return !shown[phaseAt(&sil, now)] || !hasAll(sil.Matchers, filter)
	})
	slices.SortFunc(chosen, func(a, b Silence) int { return compareSilences(&a, &b, now) })
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, '[')
	for i := range chosen {
		if err := out.spill(r.Context()); err != nil {
			return err
		}
		out.buf = appendSilence(appendComma(out.buf), &chosen[i], now)
	}
	out.buf = append(out.buf, ']')
	return out.end()
}

// hasAll reports whether a silence has each of the matchers, literally.
func hasAll(matchers, filter alert.Matchers) bool {
	for _, f := range filter {
		if !slices.ContainsFunc(matchers, f.Same) {
			return false
		}
	}
	return true
}

// compareSilences puts first what matters first: of the active ones that which
// ends first, of the pending ones that which starts first, and of the expired
// ones that which ended last.
func compareSilences(a, b *Silence, now time.Time) int {
	pa, pb := phaseAt(a, now), phaseAt(b, now)
	if c := cmp.Compare(pa, pb); c != 0 {
		return c
	}
	var c int
	switch pa {
	case active:
		c = a.EndsAt.Compare(b.EndsAt)
	case pending:
		c = a.StartsAt.Compare(b.StartsAt)
	case expired:
		c = b.EndsAt.Compare(a.EndsAt)
	}
	return cmp.Or(c, cmp.Compare(a.ID, b.ID))
}

// silenceID returns the ID in the path. Any spelling of a UUID will do.
func silenceID(r *http.Request) (string, error) {
	id := r.PathValue("silenceID")
	if uuid.Validate(id) != nil {
		return "", wrongFormat("silenceID", "path", "uuid", id)
	}
	return id, nil
}

// getSilence shows one silence.
func (s *server) getSilence(w http.ResponseWriter, r *http.Request) error {
	id, err := silenceID(r)
	if err != nil {
		return err
	}
	sil, ok := s.silences.Get(id)
	if !ok {
		return emptyProblem(http.StatusNotFound, ErrNotFound.Error())
	}
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = appendSilence(out.buf, &sil, time.Now())
	return out.end()
}

// deleteSilence expires one silence.
func (s *server) deleteSilence(w http.ResponseWriter, r *http.Request) error {
	id, err := silenceID(r)
	if err != nil {
		return err
	}
	switch err := s.silences.Expire(r.Context(), id); {
	case errors.Is(err, ErrNotFound):
		return emptyProblem(http.StatusNotFound, err.Error())
	case err != nil:
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
