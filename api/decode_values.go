package api

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tocsin-alerting/tocsin/alert"
)

// appendText appends the next value, a string, to b; null appends nothing.
func (r *reader) appendText(b []byte) ([]byte, error) {
	switch r.dec.PeekKind() {
	case jsontext.KindString, jsontext.KindNull, jsontext.KindInvalid:
	default:
		return b, r.unexpected("a string")
	}
	raw, err := r.dec.ReadValue()
	if err != nil || raw[0] == 'n' {
		return b, err
	}
	return unquote(b, raw), nil
}

// string stores the next value, a string; null leaves what is there.
func (r *reader) string(into *string) error {
	if null, err := r.null(); null || err != nil {
		return err
	}
	var err error
	r.text, err = r.appendText(r.text[:0])
	if err == nil {
		*into = string(r.text)
	}
	return err
}

// time stores the next value, an instant; null leaves what is there.
func (r *reader) time(into *time.Time) error {
	if null, err := r.null(); null || err != nil {
		return err
	}
	var err error
	if r.text, err = r.appendText(r.text[:0]); err != nil {
		return err
	}
	t, err := parseTime(r.text)
	if err != nil {
		return fmt.Errorf("%q at %q is %w", short(string(r.text)), short(string(r.dec.StackPointer())), err)
	}
	*into = t
	return nil
}

// bool stores the next value, true or false; null leaves what is there.
func (r *reader) bool(into *bool) error {
	switch r.dec.PeekKind() {
	case jsontext.KindTrue, jsontext.KindFalse, jsontext.KindNull, jsontext.KindInvalid:
	default:
		return r.unexpected("a boolean")
	}
	token, err := r.dec.ReadToken()
	if err == nil && token.Kind() != jsontext.KindNull {
		*into = token.Bool()
	}
	return err
}

// labels adds the members of the next value, an object of strings, to what is
// there; null empties it. It reports whether there is a set then.
func (r *reader) labels(into *alert.Labels) (present bool, err error) {
	if null, err := r.null(); null || err != nil {
		*into = alert.Labels{}
		return false, err
	}
	r.packed, r.ends = r.packed[:0], r.ends[:0]
	err = r.object(func(name []byte) error {
		r.packed = append(r.packed, name...)
		r.ends = append(r.ends, len(r.packed))
		var err error
		r.packed, err = r.appendText(r.packed)
		r.ends = append(r.ends, len(r.packed))
		return err
	})
	if err == nil {
		*into = r.pack(*into)
	}
	return true, err
}

// pack makes labels of what has been read. All texts share one string, which
// dies at once, since the set has its own copy.
func (r *reader) pack(old alert.Labels) alert.Labels {
	r.pairs = r.pairs[:0]
	for name, value := range old.All() {
		r.pairs = append(r.pairs, alert.Label{Name: name, Value: value})
	}
	texts, start := string(r.packed), 0
	for i := 0; i < len(r.ends); i += 2 {
		name, value := r.ends[i], r.ends[i+1]
		r.pairs = append(r.pairs, alert.Label{Name: texts[start:name], Value: texts[name:value]})
		start = value
	}
	set := alert.NewLabels(r.pairs)
	clear(r.pairs)
	return set
}
