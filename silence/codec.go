package silence

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// A silence is written in the protobuf form in which Alertmanager keeps and
// gossips it; size has the messages.

// lastField is the last one that is known: the sets of matchers.
const lastField = 11

// Append appends a silence in the form of Alertmanager. It is forgotten at
// expiresAt.
func Append(b []byte, s *Silence, expiresAt time.Time) []byte {
	b = wire.AppendMessage(b, 1, s.append)
	return wire.AppendTime(b, 2, expiresAt)
}

func (s *Silence) append(b []byte) []byte {
	b = wire.AppendText(b, 1, s.ID)
	// Field 2 repeats the matchers for versions that know no sets of them.
	for _, m := range s.Matchers {
		b = wire.AppendMessage(b, 2, appendMatcher(m))
	}
	b = wire.AppendTime(b, 3, s.StartsAt)
	b = wire.AppendTime(b, 4, s.EndsAt)
	b = wire.AppendTime(b, 5, s.UpdatedAt)
	b = wire.AppendText(b, 8, s.CreatedBy)
	b = wire.AppendText(b, 9, s.Comment)
	for _, key := range slices.Sorted(maps.Keys(s.Annotations)) {
		b = wire.AppendMessage(b, 10, func(b []byte) []byte {
			return wire.AppendText(wire.AppendText(b, 1, key), 2, s.Annotations[key])
		})
	}
	b = wire.AppendMessage(b, lastField, func(b []byte) []byte {
		for _, m := range s.Matchers {
			b = wire.AppendMessage(b, 1, appendMatcher(m))
		}
		return b
	})
	return append(b, s.Later...)
}

func appendMatcher(m *alert.Matcher) func([]byte) []byte {
	return func(b []byte) []byte {
		b = wire.AppendNumber(b, 1, uint64(slices.Index(matchTypes(), m.Type)))
		return wire.AppendText(wire.AppendText(b, 2, m.Name), 3, m.Value)
	}
}

// matchTypes are the types in the order of their numbers.
func matchTypes() []alert.MatchType {
	return []alert.MatchType{alert.MatchEqual, alert.MatchRegexp, alert.MatchNotEqual, alert.MatchNotRegexp}
}

// Parse reads a silence as Append writes it, and as versions of Alertmanager
// before matcher sets did. It does not keep b.
func Parse(b []byte) (s *Silence, expiresAt time.Time, err error) {
	for f, err := range wire.Fields(b) {
		if err != nil {
			return nil, time.Time{}, err
		}
		switch f.Number {
		case 1:
			s, err = parseSilence(f.Bytes)
		case 2:
			expiresAt, err = f.Time()
		}
		if err != nil {
			return nil, time.Time{}, err
		}
	}
	if s == nil || s.ID == "" {
		return nil, time.Time{}, fmt.Errorf("%w: a silence without an id", wire.ErrMalformed)
	}
	return s, expiresAt, nil
}

// parsed is a silence and what older versions wrote in other places.
type parsed struct {
	Silence
	legacy alert.Matchers
	sets   int
}

func parseSilence(b []byte) (*Silence, error) {
	var p parsed
	for f, err := range wire.Fields(b) {
		if err == nil {
			err = p.take(f)
		}
		if err != nil {
			return nil, fmt.Errorf("silence %s: %w", p.ID, err)
		}
	}
	if p.sets == 0 {
		p.Matchers = p.legacy
	}
	if len(p.Matchers) == 0 {
		return nil, fmt.Errorf("silence %s: %w: no matchers", p.ID, wire.ErrMalformed)
	}
	return &p.Silence, nil
}

func (p *parsed) take(f wire.Field) (err error) {
	switch f.Number {
	case 1:
		p.ID = string(f.Bytes)
	case 2:
		p.legacy, err = parseMatcher(p.legacy, f.Bytes)
	case 3:
		p.StartsAt, err = f.Time()
	case 4:
		p.EndsAt, err = f.Time()
	case 5:
		p.UpdatedAt, err = f.Time()
	case 7:
		err = p.takeComment(f.Bytes)
	case 8:
		p.CreatedBy = string(f.Bytes)
	case 9:
		p.Comment = string(f.Bytes)
	case 10:
		err = p.takeAnnotation(f.Bytes)
	case lastField:
		p.sets++
		if p.sets > 1 {
			return errors.New("several sets of matchers, of which any would do, are not supported")
		}
		p.Matchers, err = parseMatchers(f.Bytes)
	}
	if f.Number > lastField {
		p.Later = append(p.Later, f.Raw...)
	}
	return err
}

// takeComment reads {1: author, 2: comment} of which old versions had a list.
func (p *parsed) takeComment(b []byte) error {
	if p.CreatedBy != "" || p.Comment != "" {
		return nil
	}
	for f, err := range wire.Fields(b) {
		if err != nil {
			return err
		}
		switch f.Number {
		case 1:
			p.CreatedBy = string(f.Bytes)
		case 2:
			p.Comment = string(f.Bytes)
		}
	}
	return nil
}

func (p *parsed) takeAnnotation(b []byte) error {
	var key, value string
	for f, err := range wire.Fields(b) {
		if err != nil {
			return err
		}
		switch f.Number {
		case 1:
			key = string(f.Bytes)
		case 2:
			value = string(f.Bytes)
		}
	}
	if p.Annotations == nil {
		p.Annotations = make(map[string]string)
	}
	p.Annotations[key] = value
	return nil
}

func parseMatchers(b []byte) (alert.Matchers, error) {
	var ms alert.Matchers
	for f, err := range wire.Fields(b) {
		if err != nil {
			return nil, err
		}
		if f.Number != 1 {
			continue
		}
		if ms, err = parseMatcher(ms, f.Bytes); err != nil {
			return nil, err
		}
	}
	return ms, nil
}

// parseMatcher appends a matcher.
func parseMatcher(to alert.Matchers, b []byte) (alert.Matchers, error) {
	var (
		kind        uint64
		name, value string
	)
	for f, err := range wire.Fields(b) {
		if err != nil {
			return nil, err
		}
		switch f.Number {
		case 1:
			kind = f.Varint
		case 2:
			name = string(f.Bytes)
		case 3:
			value = string(f.Bytes)
		}
	}
	types := matchTypes()
	if kind >= uint64(len(types)) {
		return nil, fmt.Errorf("%w: matcher of the unknown type %d", wire.ErrMalformed, kind)
	}
	m, err := alert.NewMatcher(types[kind], name, value)
	if err != nil {
		return nil, err
	}
	return append(to, m), nil
}
