package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tocsin-alerting/tocsin/alert"
)

// reader reads one JSON value of a request body, token by token, so that no
// more of it is held than the string at hand. It reads what encoding/json does:
// unknown and repeated keys, keys in another case, bytes that are not UTF-8
// (they become U+FFFD), and anything after the value. Values nest at most
// 10,000 deep, and skipping them uses no stack.
//
// A reader can be used for one body after another.
type reader struct {
	dec  jsontext.Decoder
	name []byte // of the member at hand
	text []byte // scratch for strings

	// The labels at hand: all names and values in one run, and where each ends.
	packed []byte
	ends   []int
	pairs  []alert.Label
}

// errNoValue says that the body is empty.
var errNoValue = errors.New("no value")

func (r *reader) reset(body io.Reader) {
	r.dec.Reset(body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// begin returns the kind of the value that comes first, or errNoValue.
func (r *reader) begin() (jsontext.Kind, error) {
	kind := r.dec.PeekKind()
	if kind != jsontext.KindInvalid {
		return kind, nil
	}
	_, err := r.dec.ReadToken() // returns the error that PeekKind has met
	if errors.Is(err, io.EOF) {
		return kind, errNoValue
	}
	return kind, err
}

// unexpected says what the next value is instead of what it should be. If it is
// not even JSON the error says that.
func (r *reader) unexpected(want string) error {
	kind := r.dec.PeekKind()
	if err := r.dec.SkipValue(); err != nil {
		return err
	}
	return fmt.Errorf("%s is wanted at %q, not %s", want, short(string(r.dec.StackPointer())), kindName(kind))
}

func kindName(k jsontext.Kind) string {
	switch k {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindNull:
		return "null"
	}
	return "a boolean"
}

// null consumes the next value if it is null, and reports whether it was.
func (r *reader) null() (bool, error) {
	if r.dec.PeekKind() != jsontext.KindNull {
		return false, nil
	}
	_, err := r.dec.ReadToken()
	return true, err
}

// array calls element for each element of the next value, which must be an
// array. element consumes one value.
func (r *reader) array(element func(i int) error) error {
	if r.dec.PeekKind() != jsontext.KindBeginArray {
		return r.unexpected("an array")
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; r.dec.PeekKind() != jsontext.KindEndArray; i++ {
		if err := element(i); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// object calls member for each member of the next value, which must be an
// object. member consumes the value; the name is its own only until then.
func (r *reader) object(member func(name []byte) error) error {
	if r.dec.PeekKind() != jsontext.KindBeginObject {
		return r.unexpected("an object")
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != jsontext.KindEndObject {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		r.name = unquote(r.name[:0], raw)
		if err := member(r.name); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// skip consumes the next value.
func (r *reader) skip() error { return r.dec.SkipValue() }

// unquote appends the text of a JSON string that the decoder has accepted. The
// only error there can be tells of bytes that have been replaced.
func unquote(b []byte, raw jsontext.Value) []byte {
	b, _ = jsontext.AppendUnquote(b, raw)
	return b
}

// keyOf returns the known key that a name means: the same, or one that differs
// in case only. It returns "" if there is none.
func keyOf(name []byte, known ...string) string {
	for _, key := range known {
		if string(name) == key {
			return key
		}
	}
	for _, key := range known {
		if bytes.EqualFold(name, []byte(key)) {
			return key
		}
	}
	return ""
}
