package cluster

import (
	"encoding/binary"
)

// parseRecords reads records one after another, each with its length before it.
// They are parts of b.
func parseRecords(b []byte) ([][]byte, error) {
	c := cursor{rest: b}
	var list [][]byte
	for len(c.rest) > 0 {
		r := c.bytes(maxRecord)
		if len(r) == 0 || len(list) == maxRecords {
			return nil, errMalformed
		}
		list = append(list, r)
	}
	return list, c.done()
}

// appendRumor and parseRumor are the body of kindGossip.
func appendRumor(b []byte, key string, record []byte) []byte {
	return append(appendBytes(b, key), record...)
}

func parseRumor(b []byte) (key string, record []byte, err error) {
	c := cursor{rest: b}
	key = c.text(maxGossip)
	if c.broken || len(c.rest) == 0 {
		return "", nil, errMalformed
	}
	return key, c.rest, nil
}

// digest is the hashes of a state's shards.
type digest struct {
	state  string
	shards []uint64
}

func appendDigest(b []byte, d digest) []byte {
	b = appendBytes(b, d.state)
	b = binary.AppendUvarint(b, uint64(len(d.shards)))
	return appendHashes(b, d.shards)
}

func parseDigests(b []byte) ([]digest, error) {
	c := cursor{rest: b}
	var list []digest
	for len(c.rest) > 0 {
		if len(list) == maxStates {
			return nil, errMalformed
		}
		d := digest{state: c.text(maxState)}
		d.shards = c.hashes(c.count(maxShards))
		list = append(list, d)
	}
	return list, c.done()
}

// differing lists the shards that may hold something for us: what the peer has
// in them is not what we have. Of an empty shard there is nothing to get. If the
// two count their shards differently, nothing can be compared and all may.
func differing(ours, theirs []uint64) []int {
	var list []int
	for i, h := range theirs {
		if h != 0 && (len(ours) != len(theirs) || h != ours[i]) {
			list = append(list, i)
		}
	}
	return list
}

// want asks for what the sender lacks of some shards; it tells the hashes of the
// records that it has.
type want struct {
	session uint64
	shards  []wanted
}

type wanted struct {
	shard int
	have  []uint64
}

func (w want) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, w.session)
	for _, s := range w.shards {
		b = binary.AppendUvarint(b, uint64(s.shard))
		b = binary.AppendUvarint(b, uint64(len(s.have)))
		b = appendHashes(b, s.have)
	}
	return b
}

func parseWant(b []byte) (want, error) {
	c := cursor{rest: b}
	w := want{session: c.uint64()}
	for len(c.rest) > 0 {
		if len(w.shards) == maxShards {
			return want{}, errMalformed
		}
		s := wanted{shard: c.count(maxShards - 1)}
		s.have = c.hashes(c.count(maxMessage / 8))
		w.shards = append(w.shards, s)
	}
	return w, c.done()
}

// answer is one part of the answer to a want. Parts can overtake each other,
// since each has a connection of its own.
type answer struct {
	session uint64
	part    int
	last    bool // no part has a higher number
	served  int  // in the last part: how many of the wanted shards were answered
	records [][]byte
}

// head is everything in front of the records.
func (a answer) head() []byte {
	b := binary.LittleEndian.AppendUint64(nil, a.session)
	b = binary.AppendUvarint(b, uint64(a.part))
	flag := byte(0)
	if a.last {
		flag = 1
	}
	b = append(b, flag)
	return binary.AppendUvarint(b, uint64(a.served))
}

func parseAnswer(b []byte) (answer, error) {
	c := cursor{rest: b}
	a := answer{session: c.uint64(), part: c.count(maxParts)}
	a.last = c.byte()&1 != 0
	a.served = c.count(maxShards)
	if c.broken {
		return answer{}, errMalformed
	}
	var err error
	a.records, err = parseRecords(c.rest)
	return a, err
}
