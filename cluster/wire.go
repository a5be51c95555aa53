package cluster

import (
	"encoding/binary"
	"errors"
)

// Limits of what is taken from the network. What is sent stays well below them.
const (
	maxName    = 1 << 10 // bytes of a peer's name
	maxState   = 64      // bytes of a state's name
	maxStates  = 64      // states in one digest
	maxShards  = 1 << 10 // shards of a state
	maxRecord  = 2 << 20 // bytes of a record
	maxRecords = 1 << 16 // records in one message
	maxMessage = 4 << 20 // bytes of a message
	maxParts   = 1 << 12 // messages of one answer
)

var errMalformed = errors.New("malformed message")

// cursor reads what a peer has sent. When something is not there it breaks and
// from then on yields nothing, so that its user need look only once, at the end.
type cursor struct {
	rest   []byte
	broken bool
}

func (c *cursor) fail() {
	c.rest, c.broken = nil, true
}

func (c *cursor) take(n int) []byte {
	if n > len(c.rest) {
		c.fail()
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) byte() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint64() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// count reads a number of things of which there must not be more than limit.
func (c *cursor) count(limit int) int {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 || v > uint64(limit) {
		c.fail()
		return 0
	}
	c.rest = c.rest[n:]
	return int(v)
}

func (c *cursor) bytes(limit int) []byte { return c.take(c.count(limit)) }

func (c *cursor) text(limit int) string { return string(c.bytes(limit)) }

// hashes reads n numbers of 64 bits. It allocates no more than was sent.
func (c *cursor) hashes(n int) []uint64 {
	b := c.take(8 * n)
	if b == nil {
		return nil
	}
	list := make([]uint64, n)
	for i := range list {
		list[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return list
}

// done says whether everything was there and nothing is left over.
func (c *cursor) done() error {
	if c.broken || len(c.rest) > 0 {
		return errMalformed
	}
	return nil
}

func appendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendHashes(b []byte, list []uint64) []byte {
	for _, h := range list {
		b = binary.LittleEndian.AppendUint64(b, h)
	}
	return b
}
