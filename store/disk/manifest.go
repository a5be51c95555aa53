package disk

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2/record"
)

// manifest is what Pebble's list of its files says. Pebble takes the first record
// of it that cannot be read for the end, and then removes the files that only
// later records name; so somebody has to look before.
type manifest struct {
	named  map[uint64]bool // tables that were ever part of the database
	live   map[uint64]bool // tables that are
	oldest uint64          // log of which something is not in tables
}

// placed is a table at a level.
type placed struct{ level, number uint64 }

var errManifest = errors.New("the list of files cannot be read")

// readManifest reads the list as far as Pebble would.
func readManifest(r io.Reader) (*manifest, error) {
	m := &manifest{named: make(map[uint64]bool), live: make(map[uint64]bool)}
	at := make(map[placed]bool)
	edits := 0
	for records := record.NewReader(r, 0); ; edits++ {
		edit, err := records.Next()
		if errors.Is(err, io.EOF) || record.IsInvalidRecord(err) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errManifest, err)
		}
		d := editReader{r: bufio.NewReader(edit)}
		d.edit(m, at)
		if record.IsInvalidRecord(d.err) {
			break
		}
		if d.err != nil {
			return nil, fmt.Errorf("%w: %w", errManifest, d.err)
		}
	}
	if edits == 0 {
		return nil, fmt.Errorf("%w: it does not begin", errManifest)
	}
	for p := range at {
		m.live[p.number] = true
	}
	return m, nil
}

// editReader decodes one change of the list. After the first error nothing is
// read any more.
type editReader struct {
	r   *bufio.Reader
	err error
}

// The parts of a change that matter or come up here.
const (
	tagComparer       = 1
	tagOldestLog      = 2
	tagNextFile       = 3
	tagLastSequence   = 4
	tagCompaction     = 5
	tagRemovedTable   = 6
	tagPreviousLog    = 9
	tagTable          = 103
	tagRangeTable     = 104
	tagTableEnd       = 1
	tagMustUnderstand = 64
)

func (d *editReader) edit(m *manifest, at map[placed]bool) {
	var removed, added []placed
	for {
		tag, err := binary.ReadUvarint(d.r)
		if errors.Is(err, io.EOF) {
			break
		}
		if d.err = err; err != nil {
			return
		}
		switch tag {
		case tagComparer:
			d.bytes()
		case tagOldestLog:
			m.oldest = d.number()
		case tagNextFile, tagLastSequence, tagPreviousLog:
			d.number()
		case tagCompaction:
			d.number()
			d.bytes()
		case tagRemovedTable:
			removed = append(removed, placed{d.number(), d.number()})
		case tagTable:
			added = append(added, d.table())
		default:
			d.err = fmt.Errorf("unknown tag %d", tag)
		}
		if d.err != nil {
			return
		}
	}
	for _, p := range removed {
		delete(at, p)
		m.named[p.number] = true
	}
	for _, p := range added {
		at[p] = true
		m.named[p.number] = true
	}
}

// table reads the description of a table.
func (d *editReader) table() placed {
	p := placed{d.number(), d.number()}
	d.number() // size
	d.bytes()  // smallest key
	d.bytes()  // largest key
	d.number() // smallest sequence number
	d.number() // largest
	for d.err == nil {
		tag := d.number()
		if tag == tagTableEnd {
			break
		}
		if tag&tagMustUnderstand != 0 {
			d.err = fmt.Errorf("unknown property %d of a table", tag)
		}
		d.bytes()
	}
	return p
}

func (d *editReader) number() uint64 {
	if d.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(d.r)
	d.err = err
	return n
}

// bytes skips a text with its length before it.
func (d *editReader) bytes() {
	n := d.number()
	if d.err == nil {
		_, d.err = io.CopyN(io.Discard, d.r, int64(min(n, 1<<40)))
	}
}
