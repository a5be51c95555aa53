package cluster

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/hashicorp/memberlist"
)

const (
	// maxNodes is how many members a peer may claim to tell of. memberlist
	// allocates room for all of them before the first one is read.
	maxNodes = 4096
	// maxHeader is how far the header of a stream may reach.
	maxHeader = 2 + memberlist.LabelMaxSize + 128
)

// peeker looks at bytes of a stream without taking them.
type peeker struct {
	r   *bufio.Reader
	at  int
	err error
}

func (p *peeker) take(n int) []byte {
	if p.err == nil && p.at+n > maxHeader {
		p.err = errMalformed
	}
	if p.err != nil {
		return make([]byte, n)
	}
	b, err := p.r.Peek(p.at + n)
	if err != nil {
		p.err = err
		if errors.Is(err, io.EOF) && len(b) > 0 {
			p.err = errMalformed
		}
		return make([]byte, n)
	}
	p.at += n
	return b[p.at-n:]
}

func (p *peeker) byte() byte { return p.take(1)[0] }

// stream says why a stream may not come in. It looks at the label, at how it is
// encrypted, and else at what its header claims.
func (r guardRules) stream(in *bufio.Reader) error {
	p := &peeker{r: in}
	kind, label := p.byte(), ""
	if p.err == nil && kind == typeLabel {
		label = string(p.take(int(p.byte())))
		kind = p.byte()
	}
	switch {
	case p.err != nil:
		return p.err
	case kind == typeHello:
		return errHello
	case label != r.label:
		return errLabel
	case r.encrypted && kind != typeEncrypted:
		return errPlain
	case r.encrypted:
		return r.sealed(p)
	}
	return r.claims(kind, p)
}

// sealed looks at an encrypted stream: its length and the version.
func (r guardRules) sealed(p *peeker) error {
	size, version := binary.BigEndian.Uint32(p.take(4)), p.byte()
	switch {
	case p.err != nil:
		return p.err
	case size > maxStream && !r.foreign:
		return errStreamSize
	case version != encryptionVersion:
		return errEncrypted
	}
	return nil
}

// claims looks at what is not encrypted.
func (r guardRules) claims(kind byte, p *peeker) error {
	user, nodes := maxMessage, maxNodes
	switch {
	case kind == typeEncrypted:
		return errEncrypted
	case r.foreign && kind == typeCompressed:
		return nil // as all of its streams; memberlist bounds what becomes of it
	case r.foreign:
		user = maxForeignStream
	}
	switch kind {
	case typePing:
		return nil
	case typeUser:
		return p.header(map[string]int{"UserMsgLen": user})
	case typePushPull:
		return p.header(map[string]int{"Nodes": nodes, "UserStateLen": user, "Join": 1})
	}
	return errUnwanted
}

// header reads a map of MessagePack as memberlist writes it, and compares its
// numbers with what they may be at most.
func (p *peeker) header(limits map[string]int) error {
	size := p.byte()
	if p.err == nil && (size&0xf0 != 0x80 || int(size&0x0f) > len(limits)) {
		return errMalformed
	}
	for range size & 0x0f {
		key := p.byte()
		if p.err == nil && key&0xe0 != 0xa0 {
			return errMalformed
		}
		limit, known := limits[string(p.take(int(key&0x1f)))]
		value, ok := p.number()
		switch {
		case p.err != nil:
			return p.err
		case !known || !ok:
			return errMalformed
		case value > uint64(limit):
			return errStreamSize
		}
	}
	return p.err
}

// number reads a number that is not negative, or a truth value.
func (p *peeker) number() (uint64, bool) {
	switch kind := p.byte(); {
	case kind < 0x80:
		return uint64(kind), true
	case kind == 0xc2, kind == 0xc3:
		return uint64(kind & 1), true
	case kind >= 0xcc && kind <= 0xcf: // 8, 16, 32, 64 bits
		return p.big(1 << (kind - 0xcc)), true
	case kind >= 0xd0 && kind <= 0xd3: // the same, signed
		n := 1 << (kind - 0xd0)
		v := p.big(n)
		return v, v>>(8*n-1) == 0
	}
	return 0, false
}

func (p *peeker) big(n int) uint64 {
	v := uint64(0)
	for _, b := range p.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}
