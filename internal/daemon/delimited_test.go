package daemon

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// undelimited is what is read from a file, and how it ends.
func undelimited(file []byte) (records []string, err error) {
	for record, err := range delimited(iotest.OneByteReader(bytes.NewReader(file))) {
		if err != nil {
			return records, err
		}
		records = append(records, string(record))
	}
	return records, nil
}

func TestDelimited(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	of := func(records ...string) (b []byte) {
		for _, r := range records {
			b = appendDelimited(b, []byte(r))
		}
		return b
	}
	for name, c := range map[string]struct {
		file    []byte
		want    []string
		problem string
	}{
		"empty":                   {nil, nil, ""},
		"several":                 {of("a", long, "b"), []string{"a", long, "b"}, ""},
		"ends in a record":        {of("a", long)[:1000], []string{"a"}, "in the middle"},
		"ends in a length":        {append(of("a"), 0x80), []string{"a"}, "should be"},
		"zeros":                   {append(of("a"), make([]byte, 4096)...), []string{"a"}, "should be"},
		"too long":                {binary.AppendUvarint(nil, maxRecord+1), nil, "should be"},
		"longer than any number":  {bytes.Repeat([]byte{0xff}, 20), nil, "should be"},
		"as long as there is not": {binary.AppendUvarint(nil, maxRecord), nil, "in the middle"},
	} {
		got, err := undelimited(c.file)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if (err == nil) != (c.problem == "") || err != nil && (!errors.Is(err, wire.ErrMalformed) || !strings.Contains(err.Error(), c.problem)) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.problem)
		}
	}
}

func TestDelimitedTellsADiskFromAFile(t *testing.T) {
	broken := errors.New("broken disk")
	var last error
	for _, err := range delimited(iotest.ErrReader(broken)) {
		last = err
	}
	if !errors.Is(last, broken) || errors.Is(last, wire.ErrMalformed) {
		t.Errorf("error %v, want that of the disk", last)
	}
}

func FuzzDelimited(f *testing.F) {
	f.Add(appendDelimited(appendDelimited(nil, []byte("a")), []byte("bc")))
	f.Add([]byte{0x81, 0x00, 'a', 0x80})
	f.Fuzz(func(t *testing.T, file []byte) {
		records, err := undelimited(file)
		if err != nil && !errors.Is(err, wire.ErrMalformed) {
			t.Fatal(err)
		}
		var again []byte
		for _, r := range records {
			again = appendDelimited(again, []byte(r))
		}
		if len(again) > len(file) {
			t.Errorf("%d bytes are read from %d", len(again), len(file))
		}
		second, err := undelimited(again)
		if diff := cmp.Diff(records, second); diff != "" || err != nil {
			t.Errorf("written and read again: %v %s", err, diff)
		}
	})
}
