package api

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tocsin-alerting/tocsin/alert"
)

// draft is a silence as it was posted. Nil means not given.
type draft struct {
	id                 string
	matchers           []*draftMatcher
	startsAt, endsAt   *time.Time
	createdBy, comment *string
	annotations        alert.Labels
}

// draftMatcher is one matcher as it was posted; nil means not given.
type draftMatcher struct {
	isEqual, isRegex *bool
	name, value      *string
}

// readDraft decodes the body of POST silences and checks that it has what the
// schema asks for.
func readDraft(body io.Reader) (*draft, error) {
	var r reader
	r.reset(body)
	d := &draft{}
	kind, err := r.begin()
	switch {
	case errors.Is(err, errNoValue):
		return nil, required("silence")
	case err == nil && kind == jsontext.KindNull: // a silence without fields
		_, err = r.null()
	case err == nil:
		err = r.object(func(name []byte) error { return d.member(&r, name) })
	}
	if err != nil {
		return nil, badBody("silence", err)
	}
	if p := d.problem(); p != nil {
		return nil, p
	}
	return d, nil
}

func (d *draft) member(r *reader, name []byte) error {
	const (
		id          = "id"
		matchers    = "matchers"
		startsAt    = "startsAt"
		endsAt      = "endsAt"
		createdBy   = "createdBy"
		comment     = "comment"
		annotations = "annotations"
	)
	switch keyOf(name, id, matchers, startsAt, endsAt, createdBy, comment, annotations) {
	case id:
		return r.string(&d.id)
	case matchers:
		return d.readMatchers(r)
	case startsAt:
		return given(&d.startsAt, r, r.time)
	case endsAt:
		return given(&d.endsAt, r, r.time)
	case createdBy:
		return given(&d.createdBy, r, r.string)
	case comment:
		return given(&d.comment, r, r.string)
	case annotations:
		_, err := r.labels(&d.annotations)
		return err
	}
	return r.skip()
}

// given reads a value that must be told apart from one that is not given; null
// takes back what was given before.
func given[T any](into **T, r *reader, read func(*T) error) error {
	*into = nil
	if null, err := r.null(); null || err != nil {
		return err
	}
	value := new(T)
	*into = value
	return read(value)
}

// readMatchers reads the list of matchers; a later one replaces an earlier one.
func (d *draft) readMatchers(r *reader) error {
	d.matchers = nil
	if null, err := r.null(); null || err != nil {
		return err
	}
	d.matchers = []*draftMatcher{}
	return r.array(func(int) error {
		null, err := r.null()
		if err != nil {
			return err
		}
		var m *draftMatcher
		if !null {
			m = &draftMatcher{}
			err = r.object(func(name []byte) error { return m.member(r, name) })
		}
		d.matchers = append(d.matchers, m)
		return err
	})
}

func (m *draftMatcher) member(r *reader, name []byte) error {
	switch keyOf(name, "isEqual", "isRegex", "name", "value") {
	case "isEqual":
		return given(&m.isEqual, r, r.bool)
	case "isRegex":
		return given(&m.isRegex, r, r.bool)
	case "name":
		return given(&m.name, r, r.string)
	case "value":
		return given(&m.value, r, r.string)
	}
	return r.skip()
}

// problem returns the first thing that the schema has against the draft, in the
// order of the names of the fields.
func (d *draft) problem() *problem {
	switch {
	case d.comment == nil:
		return required("comment")
	case d.createdBy == nil:
		return required("createdBy")
	case d.endsAt == nil:
		return required("endsAt")
	case d.matchers == nil:
		return required("matchers")
	case len(d.matchers) == 0:
		return tooFew("matchers", 1)
	}
	for i, m := range d.matchers {
		if p := m.problem(fmt.Sprintf("matchers.%d", i)); p != nil {
			return p
		}
	}
	if d.startsAt == nil {
		return required("startsAt")
	}
	return nil
}

func (m *draftMatcher) problem(path string) *problem {
	switch {
	case m == nil:
		return required(path)
	case m.isRegex == nil:
		return required(path + ".isRegex")
	case m.name == nil:
		return required(path + ".name")
	case m.value == nil:
		return required(path + ".value")
	}
	return nil
}
