package notify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// An entry is written in the protobuf form in which Alertmanager keeps and gossips
// it, with two fields of our own that others skip:
//
//	wrapper  {1: entry, 2: expiry}
//	entry    {1: group key, 2: receiver, 5: time, 6: firing, 7: resolved,
//	          8: map of data, 1001: owed, 1002: marks}
//	receiver {1: name, 2: integration, 3: index}
//	datum    {1: text, 2: whole number, 3: fraction}
const (
	fieldData = 8
	fieldOwed = 1001
	fieldMark = 1002
)

// AppendEntry appends an entry in the form of Alertmanager.
func AppendEntry(b []byte, e *Entry) []byte {
	b = wire.AppendFields(b, 1, func(b []byte) []byte {
		b = wire.AppendText(b, 1, e.Key.Group)
		b = wire.AppendFields(b, 2, func(b []byte) []byte {
			b = wire.AppendText(wire.AppendText(b, 1, e.Key.Receiver), 2, e.Key.Integration)
			return wire.AppendNumber(b, 3, uint64(e.Key.Index))
		})
		b = wire.AppendTime(b, 5, e.Timestamp)
		b = wire.AppendNumbers(b, 6, e.Firing)
		b = wire.AppendNumbers(b, 7, e.Resolved)
		for _, name := range slices.Sorted(maps.Keys(e.Data)) {
			b = wire.AppendFields(b, fieldData, func(b []byte) []byte {
				b = wire.AppendText(b, 1, name)
				return wire.AppendFields(b, 2, func(b []byte) []byte { return wire.AppendText(b, 1, e.Data[name]) })
			})
		}
		return append(appendMarks(wire.AppendNumbers(b, fieldOwed, e.Owed), e.Marks), e.Later...)
	})
	return wire.AppendTime(b, 2, e.ExpiresAt)
}

// ParseEntry reads an entry as AppendEntry and Alertmanager write it. It does not
// keep b.
func ParseEntry(b []byte) (*Entry, error) {
	e := new(Entry)
	for f, err := range wire.Fields(b) {
		if err != nil {
			return nil, err
		}
		switch f.Number {
		case 1:
			err = e.parse(f.Bytes)
		case 2:
			e.ExpiresAt, err = f.Time()
		}
		if err != nil {
			return nil, err
		}
	}
	if e.Key.Group == "" || e.Key.Integration == "" || e.ExpiresAt.IsZero() {
		return nil, fmt.Errorf("%w: a log entry without group, integration or expiry", wire.ErrMalformed)
	}
	for _, list := range [][]uint64{e.Firing, e.Resolved, e.Owed} {
		slices.Sort(list)
	}
	e.Marks = union(e.Marks, nil)
	return e, nil
}

func (e *Entry) parse(b []byte) error {
	for f, err := range wire.Fields(b) {
		if err == nil {
			err = e.take(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *Entry) take(f wire.Field) (err error) {
	switch f.Number {
	case 1:
		e.Key.Group = string(f.Bytes)
	case 2:
		err = e.takeReceiver(f.Bytes)
	case 5:
		e.Timestamp, err = f.Time()
	case 6:
		e.Firing, err = f.Numbers(e.Firing)
	case 7:
		e.Resolved, err = f.Numbers(e.Resolved)
	case fieldData:
		err = e.takeData(f.Bytes)
	case fieldOwed:
		e.Owed, err = f.Numbers(e.Owed)
	case fieldMark:
		err = e.takeMark(f.Bytes)
	default:
		if f.Number > fieldData {
			e.Later = append(e.Later, f.Raw...)
		}
	}
	return err
}

func (e *Entry) takeReceiver(b []byte) error {
	for f, err := range wire.Fields(b) {
		if err != nil {
			return err
		}
		switch f.Number {
		case 1:
			e.Key.Receiver = string(f.Bytes)
		case 2:
			e.Key.Integration = string(f.Bytes)
		case 3:
			e.Key.Index = int(uint32(f.Varint))
		}
	}
	return nil
}

func (e *Entry) takeData(b []byte) error {
	var name, value string
	for f, err := range wire.Fields(b) {
		if err != nil {
			return err
		}
		switch f.Number {
		case 1:
			name = string(f.Bytes)
		case 2:
			if value, err = parseDatum(f.Bytes); err != nil {
				return err
			}
		}
	}
	if e.Data == nil {
		e.Data = make(map[string]string)
	}
	e.Data[name] = value
	return nil
}

// parseDatum reads a value as text. What tocsin writes is text; nobody is known to
// write fractions.
func parseDatum(b []byte) (value string, err error) {
	for f, err := range wire.Fields(b) {
		if err != nil {
			return "", err
		}
		switch f.Number {
		case 1:
			value = string(f.Bytes)
		case 2:
			value = strconv.FormatInt(int64(f.Varint), 10)
		}
	}
	return value, nil
}
