// Package wire reads and writes the protobuf messages that tocsin shares with
// Alertmanager: files, gossip. They are few and small, so they are written by
// hand over protowire instead of being generated.
package wire

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is one field of a message.
type Field struct {
	Number int
	Varint uint64 // of numbers; fixed sizes too
	Bytes  []byte // of texts and messages; a part of the message
	Raw    []byte // all of it, with its number; a part of the message
}

// ErrMalformed is wrapped by every error about bytes that are no message.
var ErrMalformed = errors.New("malformed protobuf message")

// Fields yields the fields of a message in their order. An error is the last
// thing that it yields.
func Fields(b []byte) iter.Seq2[Field, error] {
	return func(yield func(Field, error) bool) {
		for len(b) > 0 {
			f, size := consume(b)
			if size < 0 {
				yield(Field{}, fmt.Errorf("%w: %w", ErrMalformed, protowire.ParseError(size)))
				return
			}
			if !yield(f, nil) {
				return
			}
			b = b[size:]
		}
	}
}

func consume(b []byte) (Field, int) {
	number, kind, head := protowire.ConsumeTag(b)
	if head < 0 {
		return Field{}, head
	}
	f := Field{Number: int(number)}
	var n int
	switch rest := b[head:]; kind {
	case protowire.VarintType:
		f.Varint, n = protowire.ConsumeVarint(rest)
	case protowire.BytesType:
		f.Bytes, n = protowire.ConsumeBytes(rest)
	case protowire.Fixed64Type:
		f.Varint, n = protowire.ConsumeFixed64(rest)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(rest)
		f.Varint = uint64(v)
	default:
		n = protowire.ConsumeFieldValue(number, kind, rest)
	}
	if n < 0 {
		return Field{}, n
	}
	f.Raw = b[:head+n]
	return f, head + n
}

// Numbers appends the numbers of a repeated field, packed or not, to those that
// came before.
func (f Field) Numbers(to []uint64) ([]uint64, error) {
	if f.Bytes == nil {
		return append(to, f.Varint), nil
	}
	for b := f.Bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, protowire.ParseError(n))
		}
		to, b = append(to, v), b[n:]
	}
	return to, nil
}

// Time reads a field as {1: seconds, 2: nanoseconds}.
func (f Field) Time() (time.Time, error) {
	var sec, nsec int64
	for part, err := range Fields(f.Bytes) {
		if err != nil {
			return time.Time{}, err
		}
		switch part.Number {
		case 1:
			sec = int64(part.Varint)
		case 2:
			nsec = int64(part.Varint)
		}
	}
	if nsec < 0 || nsec >= int64(time.Second) {
		return time.Time{}, fmt.Errorf("%w: %d nanoseconds", ErrMalformed, nsec)
	}
	return time.Unix(sec, nsec).UTC(), nil
}

// AppendText appends a text, nothing if it is empty.
func AppendText(b []byte, number int, text string) []byte {
	if text == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, protowire.Number(number), protowire.BytesType), text)
}

// AppendNumber appends a number, nothing if it is 0.
func AppendNumber(b []byte, number int, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, protowire.Number(number), protowire.VarintType), v)
}

// AppendNumbers appends a packed list, nothing if it is empty.
func AppendNumbers(b []byte, number int, list []uint64) []byte {
	if len(list) == 0 {
		return b
	}
	return AppendFields(b, number, func(b []byte) []byte {
		for _, v := range list {
			b = protowire.AppendVarint(b, v)
		}
		return b
	})
}

// AppendMessage appends a message, even an empty one; fill appends its fields.
func AppendMessage(b []byte, number int, fill func([]byte) []byte) []byte {
	b = protowire.AppendTag(b, protowire.Number(number), protowire.BytesType)
	return protowire.AppendBytes(b, fill(nil))
}

// AppendFields is AppendMessage without memory for the message alone: fill must append
// to what it is given.
func AppendFields(b []byte, number int, fill func([]byte) []byte) []byte {
	b = protowire.AppendTag(b, protowire.Number(number), protowire.BytesType)
	start := len(b)
	b = fill(append(b, 0)) // most lengths take one byte; for others the message moves
	size := len(b) - start - 1
	if more := protowire.SizeVarint(uint64(size)) - 1; more > 0 {
		b = slices.Insert(b, start, make([]byte, more)...)
	}
	protowire.AppendVarint(b[:start], uint64(size))
	return b
}

// AppendTime appends a time as {1: seconds, 2: nanoseconds}.
func AppendTime(b []byte, number int, t time.Time) []byte {
	return AppendFields(b, number, func(b []byte) []byte {
		return AppendNumber(AppendNumber(b, 1, uint64(t.Unix())), 2, uint64(t.Nanosecond()))
	})
}
