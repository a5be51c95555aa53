package disk

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A log of Pebble is a row of blocks, each of them a row of chunks; a record is one
// chunk or several. A chunk begins with
//
//	checksum (4 bytes)  length (2)  kind (1)  number of the log (4)  synced until (8)
//
// of which the last is missing in kinds 5 to 8. Pebble gives up where a chunk is
// damaged. This reads on.
const (
	logBlock        = 32 << 10
	recyclableChunk = 5 // the first of the kinds 5 to 8: full, first, middle, last
	syncChunk       = 9 // the first of the kinds 9 to 12: the same
	recyclableHead  = 11
	syncHead        = 19
)

// Places of a chunk in its record.
const (
	fullChunk = iota
	firstChunk
	middleChunk
	lastChunk
)

type chunk struct {
	place   int
	payload []byte
	size    int    // with its head
	synced  uint64 // how much of the log was durable when it was written
}

// logScan is what a log holds.
type logScan struct {
	records []logRecord
	gaps    int // how often something between two records cannot be read
	// broken: something that was durable cannot be read. Otherwise what cannot be
	// read may never have been written, since the power was cut.
	broken bool
}

// logRecord is a record of a log.
type logRecord struct {
	data []byte
	gap  bool // something before it cannot be read
}

// scanLog reads a log, and reads on behind what is damaged.
func scanLog(data []byte, number uint64) logScan {
	var (
		s      logScan
		record logRecord
		whole  bool // record has all chunks of a record from the first on
		gap    = -1 // where it begins
		gaps   int  // up to the record before
	)
	for at := 0; at < len(data); {
		block := data[at:min(len(data), at-at%logBlock+logBlock)]
		c, ok := chunkAt(block, number)
		if !ok {
			step, padding := toSkip(block, number)
			at += step
			if padding {
				continue
			}
			if gap < 0 {
				gap = at - step
			}
			continue
		}
		at += c.size
		if gap >= 0 {
			s.gaps++
			s.broken = s.broken || c.synced > uint64(gap)
			gap, whole = -1, false
		}
		switch c.place {
		case fullChunk, firstChunk:
			record, whole = logRecord{data: bytes.Clone(c.payload), gap: s.gaps > gaps}, true
		default:
			record.data = append(record.data, c.payload...)
		}
		if whole && (c.place == fullChunk || c.place == lastChunk) {
			s.records, whole, gaps = append(s.records, record), false, s.gaps
		}
	}
	s.broken = s.broken || lost(s.marks())
	return s
}

// chunkAt returns the chunk that a block begins with. One with another number is
// from an earlier use of the file.
func chunkAt(block []byte, number uint64) (chunk, bool) {
	c, ok := chunkHead(block, number)
	if !ok || chunkSum(block[6:c.size]) != binary.LittleEndian.Uint32(block) {
		return chunk{}, false
	}
	return c, true
}

// chunkHead is chunkAt without a look at the checksum.
func chunkHead(block []byte, number uint64) (chunk, bool) {
	if len(block) < recyclableHead {
		return chunk{}, false
	}
	kind, head := int(block[6]), recyclableHead
	place := kind - recyclableChunk
	var synced uint64
	if kind >= syncChunk && len(block) >= syncHead {
		place, head = kind-syncChunk, syncHead
		synced = binary.LittleEndian.Uint64(block[recyclableHead:])
	}
	size := head + int(binary.LittleEndian.Uint16(block[4:]))
	if place < fullChunk || place > lastChunk || size > len(block) || binary.LittleEndian.Uint32(block[7:]) != uint32(number) {
		return chunk{}, false
	}
	return chunk{place: place, payload: block[head:size], size: size, synced: synced}, true
}

// toSkip returns how far it is to where a chunk may begin in a block that does not
// begin with one, and whether nothing is lost by that.
func toSkip(block []byte, number uint64) (step int, padding bool) {
	if len(block) < syncHead && allZero(block) {
		return len(block), true
	}
	// If only the payload is damaged, what is in it must not be taken for a chunk.
	if c, ok := chunkHead(block, number); ok {
		if _, ok := chunkAt(block[c.size:], number); ok {
			return c.size, false
		}
	}
	return 1, false
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// chunkSum is the checksum that Pebble has everywhere.
func chunkSum(b []byte) uint32 {
	return stir(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// stir makes checksums of data that contain checksums.
func stir(sum uint32) uint32 { return (sum>>15 | sum<<17) + 0xa282ead8 }
