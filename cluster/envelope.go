package cluster

import (
	"encoding/binary"
	"errors"
)

// protocol is the version of the messages, told in the first byte of each and in
// the meta data of every node.
const protocol = 1

// kind says what a message is about. Numbers are never used again. A replica
// ignores kinds it does not know, so that a newer one can send them during a
// rolling upgrade.
type kind byte

const (
	kindGossip  kind = iota + 1 // one record with its key; passed on by whoever hears it first
	kindRecords                 // records, straight from the replica that has changed them
	kindDigest                  // the digests of all states of the sender
	kindAsk                     // please send your digests
	kindWant                    // please send what I lack of these shards
	kindAnswer                  // a part of the answer to kindWant
	kindPing                    // are you there, if packets do not get through
	kindPong                    // I am
	kindBye                     // I am about to leave
	kindEnd                     // the first number that is not a kind
)

var (
	errVersion = errors.New("unknown version of the protocol")
	errKind    = errors.New("unknown kind of message")
)

// envelope is what every message has in common:
//
//	version, kind, length and name of the sender, stamp, length and name of the
//	state, body
//
// Gossip that is passed on keeps the name and the stamp of its origin.
type envelope struct {
	kind  kind
	from  string
	stamp Timestamp
	state string // empty: about none, or about all
	body  []byte
}

func (e envelope) encode() []byte {
	b := make([]byte, 0, 32+len(e.from)+len(e.state)+len(e.body))
	b = append(b, protocol, byte(e.kind))
	b = appendBytes(b, e.from)
	b = binary.LittleEndian.AppendUint64(b, uint64(e.stamp))
	b = appendBytes(b, e.state)
	return append(b, e.body...)
}

// parseEnvelope reads a message. The body is part of b.
func parseEnvelope(b []byte) (envelope, error) {
	if len(b) > maxMessage {
		return envelope{}, errMalformed
	}
	c := cursor{rest: b}
	if c.byte() != protocol {
		return envelope{}, errVersion
	}
	e := envelope{kind: kind(c.byte())}
	if e.kind == 0 || e.kind >= kindEnd {
		return envelope{}, errKind
	}
	e.from = c.text(maxName)
	e.stamp = Timestamp(c.uint64())
	e.state = c.text(maxState)
	if c.broken || e.from == "" {
		return envelope{}, errMalformed
	}
	e.body = c.rest
	return e, nil
}

// encodeMeta is what a node tells of itself to every other one.
func encodeMeta(version string, limit int) []byte {
	version = version[:min(len(version), max(limit-1, 0))]
	return append([]byte{protocol}, version...)
}

// parseMeta reads what encodeMeta has written. Nodes that are not ours may tell
// nothing or anything.
func parseMeta(b []byte) (number byte, version string) {
	if len(b) == 0 {
		return 0, ""
	}
	return b[0], string(b[1:])
}
