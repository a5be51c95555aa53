package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// postSilence creates or updates a silence.
func (s *server) postSilence(w http.ResponseWriter, r *http.Request) error {
	d, err := readDraft(r.Body)
	if err != nil {
		return err
	}
	sil, err := d.silence(time.Now())
	if err != nil {
		return badRequest(err)
	}
	id, err := s.silences.Set(r.Context(), sil)
	switch {
	case errors.Is(err, ErrNotFound):
		return textProblem(http.StatusNotFound, ErrNotFound.Error())
	case errors.Is(err, ErrInvalid):
		return badRequest(err)
	case err != nil:
		return err
	}
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(appendField(append(out.buf, '{'), "silenceID", id, jsontext.Verbatim), '}')
	return out.end()
}

// silence turns a complete draft into a silence. Errors are for the author.
func (d *draft) silence(now time.Time) (Silence, error) {
	switch {
	case !d.startsAt.Before(*d.endsAt):
		return Silence{}, errors.New("start time must be before end time")
	case d.endsAt.Before(now):
		return Silence{}, errors.New("end time can't be in the past")
	}
	sil := Silence{
		ID:          d.id,
		StartsAt:    *d.startsAt,
		EndsAt:      *d.endsAt,
		CreatedBy:   *d.createdBy,
		Comment:     *d.comment,
		Annotations: d.annotations,
	}
	if sil.StartsAt.IsZero() {
		sil.StartsAt = now
	}
	for _, dm := range d.matchers {
		m, err := dm.matcher()
		if err != nil {
			return Silence{}, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		sil.Matchers = append(sil.Matchers, m)
	}
	return sil, nil
}

// matcher turns a complete draft into a matcher. It is a positive one unless
// the draft says otherwise.
func (m *draftMatcher) matcher() (*alert.Matcher, error) {
	equal := m.isEqual == nil || *m.isEqual
	t := alert.MatchNotRegexp
	switch {
	case equal && *m.isRegex:
		t = alert.MatchRegexp
	case equal:
		t = alert.MatchEqual
	case !*m.isRegex:
		t = alert.MatchNotEqual
	}
	return alert.NewMatcher(t, *m.name, *m.value)
}
