package disk

import (
	"encoding/binary"
	"iter"
	"maps"
	"slices"
)

// ops is a list of changes, packed into one buffer: for each the length of its key
// and of its value, both as 4 bytes, then key and value. A deletion has the
// length deleted instead of that of a value.
type ops struct {
	buf   []byte
	count int
}

const (
	headSize = 8
	deleted  = 1<<32 - 1
)

// put adds a change. fill appends the value to what it is given.
func (o *ops) put(key []byte, fill func([]byte) []byte) {
	start := o.head(key)
	o.buf = fill(o.buf)
	binary.LittleEndian.PutUint32(o.buf[start+4:], uint32(len(o.buf)-start-headSize-len(key)))
}

func (o *ops) delete(key []byte) {
	start := o.head(key)
	binary.LittleEndian.PutUint32(o.buf[start+4:], deleted)
}

// head adds a change of which the length of the value is still unknown, and
// returns where it begins.
func (o *ops) head(key []byte) int {
	start := len(o.buf)
	o.buf = binary.LittleEndian.AppendUint32(o.buf, uint32(len(key)))
	o.buf = append(o.buf, 0, 0, 0, 0)
	o.buf = append(o.buf, key...)
	o.count++
	return start
}

// all yields keys and values in the order in which they were added; the value of
// a deletion is nil. Both are good until the next put or reset.
func (o *ops) all() iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for rest := o.buf; len(rest) > 0; {
			keySize := int(binary.LittleEndian.Uint32(rest))
			valueSize := binary.LittleEndian.Uint32(rest[4:])
			key := rest[headSize : headSize+keySize]
			rest = rest[headSize+keySize:]
			if valueSize == deleted {
				if !yield(key, nil) {
					return
				}
				continue
			}
			value := rest[:valueSize:valueSize]
			rest = rest[valueSize:]
			if !yield(key, value) {
				return
			}
		}
	}
}

// maxIdle is how much of a buffer is kept for the next group.
const maxIdle = 1 << 20

func (o *ops) reset() {
	o.count = 0
	if cap(o.buf) > maxIdle {
		o.buf = nil
		return
	}
	o.buf = o.buf[:0]
}

// backlog is the last change of each key, for as long as nothing can be written.
type backlog map[string][]byte // nil: deleted

func (b backlog) add(o *ops) {
	for key, value := range o.all() {
		b[string(key)] = slices.Clone(value)
	}
}

// parts yields all changes in lists of about a size. A list is good until the next.
func (b backlog) parts(size int) iter.Seq[*ops] {
	return func(yield func(*ops) bool) {
		o := new(ops)
		for _, key := range slices.Sorted(maps.Keys(b)) {
			if value := b[key]; value == nil {
				o.delete([]byte(key))
			} else {
				o.put([]byte(key), func(buf []byte) []byte { return append(buf, value...) })
			}
			if len(o.buf) < size {
				continue
			}
			if !yield(o) {
				return
			}
			o.reset()
		}
		if o.count > 0 {
			yield(o)
		}
	}
}
