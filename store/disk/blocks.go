package disk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/sstable/colblk"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// tableRecords hands over all that can be read of a sorted file, and returns how
// many blocks of it cannot. If the part of the file that says where its blocks
// are is damaged, they are found by their checksums, up to the first that is
// damaged too; then the number is that of such parts, one.
func tableRecords(data []byte, add func(c change)) (blocks, damaged int) {
	handles, err := blockHandles(data)
	if err != nil {
		for _, h := range findBlocks(data) {
			if blockRecords(data, h, add) == nil {
				blocks++
			}
		}
		return blocks, 1
	}
	for _, h := range handles {
		if blockRecords(data, h, add) == nil {
			blocks++
		} else {
			damaged++
		}
	}
	return blocks, damaged
}

// blockHandles asks Pebble where the blocks of a sorted file are.
func blockHandles(data []byte) (handles []block.Handle, err error) {
	defer recovered(&err)
	file, err := sstable.NewSimpleReadable(memory(data))
	if err != nil {
		return nil, err
	}
	r, err := sstable.NewReader(context.Background(), file, sstable.ReaderOptions{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	layout, err := r.Layout()
	if err != nil {
		return nil, err
	}
	for _, h := range layout.Data {
		handles = append(handles, h.Handle)
	}
	return handles, nil
}

// findBlocks looks for a block at the beginning of the data, then for one behind
// it, and so on. Not all of them hold records.
func findBlocks(data []byte) []block.Handle {
	var found []block.Handle
	table := crc32.MakeTable(crc32.Castagnoli)
	start, sum := 0, ^uint32(0)
	for at := 0; at+block.TrailerLen <= len(data); at++ {
		sum = table[byte(sum)^data[at]] ^ sum>>8
		if !compression(data[at]) || stir(^sum) != binary.LittleEndian.Uint32(data[at+1:]) {
			continue
		}
		found = append(found, block.Handle{Offset: uint64(start), Length: uint64(at - start)})
		at += block.TrailerLen - 1
		start, sum = at+1, ^uint32(0)
	}
	return found
}

// compression reports whether a byte stands for one that Pebble can read.
func compression(b byte) bool {
	return slices.Contains([]block.CompressionIndicator{
		block.NoCompressionIndicator, block.SnappyCompressionIndicator, block.ZstdCompressionIndicator, block.MinLZCompressionIndicator,
	}, block.CompressionIndicator(b))
}

var errBlock = errors.New("block is damaged")

// blockRecords hands over the records of one block. It hands over none if
// anything is wrong with the block.
func blockRecords(data []byte, h block.Handle, add func(c change)) (err error) {
	defer recovered(&err)
	end := h.Offset + h.Length + block.TrailerLen
	if end > uint64(len(data)) || end < h.Offset {
		return errBlock
	}
	physical := data[h.Offset:end]
	if err := block.ValidateChecksum(block.ChecksumTypeCRC32c, physical, h); err != nil {
		return err
	}
	content, err := decompressed(physical[:h.Length], block.CompressionIndicator(physical[h.Length]))
	if err != nil {
		return err
	}
	records, err := rows(content)
	if err != nil {
		return err
	}
	for _, c := range records {
		add(c)
	}
	return nil
}

func decompressed(data []byte, how block.CompressionIndicator) ([]byte, error) {
	size, err := block.DecompressedLen(how, data)
	if err != nil {
		return nil, err
	}
	if size > maxBlock {
		return nil, errBlock
	}
	content := make([]byte, max(size, 64))[:size] // larger than what is put anywhere: it has to be aligned
	return content, block.DecompressInto(how, data, content)
}

// maxBlock is more than any block holds: a block is as large as its largest record.
const maxBlock = 1 << 30

// rows decodes a block of records.
func rows(content []byte) ([]change, error) {
	schema := colblk.DefaultKeySchema(pebble.DefaultComparer, 16)
	if !holdsRecords(content) {
		return nil, errBlock
	}
	var d colblk.DataBlockDecoder
	d.Init(&schema, content)
	var it colblk.DataBlockIter
	it.InitOnce(&schema, pebble.DefaultComparer, nil)
	if err := it.Init(&d, block.NoTransforms); err != nil {
		return nil, err
	}
	var records []change
	for kv := it.First(); kv != nil; kv = it.Next() {
		c := change{key: slices.Clone(kv.K.UserKey), seq: uint64(kv.SeqNum())}
		switch kv.Kind() {
		case pebble.InternalKeyKindSet, pebble.InternalKeyKindSetWithDelete:
			c.value = append([]byte{}, kv.InPlaceValue()...)
		case pebble.InternalKeyKindDelete, pebble.InternalKeyKindSingleDelete, pebble.InternalKeyKindDeleteSized:
		default:
			return nil, errBlock
		}
		records = append(records, c)
	}
	return records, it.Error()
}

// holdsRecords tells blocks of records from those with other columns.
func holdsRecords(content []byte) bool {
	const columnsFrom = 4 // the length of the longest key comes first
	if len(content) < columnsFrom+7 || colblk.DecodeHeader(content[columnsFrom:]).Columns != 7 {
		return false
	}
	d := colblk.DecodeBlock(content, columnsFrom)
	for i, typ := range [...]colblk.DataType{
		colblk.DataTypePrefixBytes, colblk.DataTypeBytes, colblk.DataTypeUint, colblk.DataTypeBool,
		colblk.DataTypeBytes, colblk.DataTypeBool, colblk.DataTypeBool,
	} {
		if d.DataType(i) != typ {
			return false
		}
	}
	return true
}

// recovered turns a panic into an error: Pebble trusts what has the right checksum.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errBlock, r)
	}
}

// memory is a file that has been read.
type memory []byte

func (m memory) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(p, m[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (memory) Close() error                  { return nil }
func (m memory) Stat() (vfs.FileInfo, error) { return m, nil }
func (memory) Name() string                  { return "" }
func (m memory) Size() int64                 { return int64(len(m)) }
func (memory) Mode() os.FileMode             { return 0 }
func (memory) ModTime() time.Time            { return time.Time{} }
func (memory) IsDir() bool                   { return false }
func (memory) Sys() any                      { return nil }
func (memory) DeviceID() vfs.DeviceID        { return vfs.DeviceID{} }
