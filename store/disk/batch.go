package disk

import (
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/batchrepr"
)

var errBatch = errors.New("batch is damaged")

// batchRecords hands over the changes in a record of a log. It hands over none if
// anything is wrong with the record.
func batchRecords(record []byte, add func(c change)) (err error) {
	defer recovered(&err)
	head, ok := batchrepr.ReadHeader(record)
	if !ok {
		return errBatch
	}
	var changes []change
	seq := uint64(head.SeqNum)
	for r := batchrepr.Read(record); ; {
		kind, key, value, more, err := r.Next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		c := change{key: slices.Clone(key), seq: seq}
		switch kind {
		case pebble.InternalKeyKindSet:
			c.value = append([]byte{}, value...)
		case pebble.InternalKeyKindDelete:
		case pebble.InternalKeyKindLogData:
			continue // has no number
		default:
			return errBatch
		}
		changes = append(changes, c)
		seq++
	}
	for _, c := range changes {
		add(c)
	}
	return nil
}
