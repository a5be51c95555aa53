package daemon

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// maxRecord is how large a record in a file of Alertmanager may be. One about a
// hundred thousand alerts takes a megabyte.
const maxRecord = 64 << 20

// delimited yields the records of a file of Alertmanager, each of which has its
// length before it. A record is good until the next step. An error is the last
// thing that is yielded; it wraps wire.ErrMalformed, unless reading failed.
func delimited(file io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := bufio.NewReader(file)
		var record bytes.Buffer
		for {
			record.Reset()
			err := readRecord(r, &record)
			if errors.Is(err, io.EOF) || !yield(record.Bytes(), err) || err != nil {
				return
			}
		}
	}
}

// readRecord returns io.EOF if there is no further record. It believes a length
// only as far as there are bytes.
func readRecord(r *bufio.Reader, to *bytes.Buffer) error {
	head, err := r.Peek(binary.MaxVarintLen64)
	if err != nil && (len(head) == 0 || !errors.Is(err, io.EOF)) {
		return err
	}
	size, n := binary.Uvarint(head)
	if n <= 0 || size == 0 || size > maxRecord {
		return fmt.Errorf("%w: where the length of a record should be there is %x", wire.ErrMalformed, head)
	}
	if _, err = r.Discard(n); err != nil {
		return err
	}
	_, err = io.CopyN(to, r, int64(size))
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it ends in the middle of a record", wire.ErrMalformed)
	}
	return err
}

// appendDelimited appends a record and its length before it.
func appendDelimited(b, record []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(record))), record...)
}
