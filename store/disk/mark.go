package disk

import (
	"encoding/binary"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/batchrepr"
)

// mark stands in every record of a log, beside the changes. By it a record that is
// missing can be told from one that a power cut kept from being written: what Pebble
// notes itself about that falls behind where records are long.
type mark struct {
	number  uint64 // of the record, from 1 for the first of an engine
	durable uint64 // number of a record that was durable when this was written, as were all before
}

// markSize is as much as a mark takes at most, and what Pebble puts before it.
const markSize = 2*binary.MaxVarintLen64 + 3

func (m mark) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, m.number), m.durable)
}

// markOf returns the mark of a record, if it has one.
func markOf(record []byte) (m mark, ok bool) {
	defer func() { ok = recover() == nil && ok }() // Pebble trusts its checksums
	if _, ok := batchrepr.ReadHeader(record); !ok {
		return m, false
	}
	r := batchrepr.Read(record)
	kind, text, _, more, err := r.Next()
	if err != nil || !more || kind != pebble.InternalKeyKindLogData {
		return m, false
	}
	number, n := binary.Uvarint(text)
	durable, n2 := binary.Uvarint(text[max(n, 0):])
	return mark{number, durable}, n > 0 && n2 > 0
}

// marked is the mark of a record, and whether something before it cannot be read.
type marked struct {
	mark
	gap bool
}

// marks returns those of the records that have one.
func (s logScan) marks() []marked {
	var all []marked
	gap := false
	for _, r := range s.records {
		gap = gap || r.gap
		if m, ok := markOf(r.data); ok {
			all = append(all, marked{m, gap})
			gap = false
		}
	}
	return all
}

// lost reports whether a record is missing that was durable. What is missing behind
// the last that can be read does not count: it may never have been written.
func lost(all []marked) bool {
	durable := uint64(0)
	for i, m := range slices.Backward(all) {
		durable = max(durable, m.durable)
		first := m.number - 1 // that is missing: this one for sure
		if i > 0 {
			first = all[i-1].number + 1
		}
		if m.gap && 0 < first && first < m.number && first <= durable {
			return true
		}
	}
	return false
}
