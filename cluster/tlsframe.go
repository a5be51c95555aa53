package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// What goes over a TLS connection are frames as Alertmanager has them, so that
// replicas of both can be in one cluster: the length of the message in 4 bytes,
// least significant first, then the message as protobuf.
const (
	frameVersion = "v0.1.0"
	// maxFrame is the size of a message. Packets are no larger than UDP allows.
	maxFrame = 64<<10 + maxFromAddr + 64
	// maxFromAddr is the length of an address, which may be a long host name.
	maxFromAddr = 512
)

// frameKind says what a connection is used for.
type frameKind uint64

const (
	frameStream frameKind = 0 // what follows this frame is a stream of memberlist
	framePacket frameKind = 1 // a packet; other frames may follow
)

var (
	errFrameSize    = fmt.Errorf("frame of more than %d bytes", maxFrame)
	errFrameVersion = errors.New("frame of an unknown version")
	errFrameKind    = errors.New("frame of an unknown kind")
	errFrameFrom    = errors.New("frame with an address that is too long")
)

// frame is one message on a TLS connection.
type frame struct {
	kind frameKind
	from string // host:port of the sender, as it advertises it
	msg  []byte
}

func (f frame) encode() []byte {
	b := make([]byte, 4, 32+len(f.from)+len(f.msg))
	b = wire.AppendText(b, 1, frameVersion)
	b = wire.AppendNumber(b, 2, uint64(f.kind))
	b = wire.AppendText(b, 3, f.from)
	if len(f.msg) > 0 {
		b = wire.AppendMessage(b, 4, func([]byte) []byte { return f.msg })
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// parseFrame reads a message. Its msg is a part of b. Fields that are not known
// are skipped.
func parseFrame(b []byte) (frame, error) {
	var f frame
	version := ""
	for field, err := range wire.Fields(b) {
		if err != nil {
			return frame{}, fmt.Errorf("parse frame: %w", err)
		}
		switch field.Number {
		case 1:
			version = string(field.Bytes)
		case 2:
			f.kind = frameKind(field.Varint)
		case 3:
			f.from = string(field.Bytes)
		case 4:
			f.msg = field.Bytes
		}
	}
	switch {
	case version != frameVersion:
		return frame{}, errFrameVersion
	case f.kind != frameStream && f.kind != framePacket:
		return frame{}, errFrameKind
	case len(f.from) > maxFromAddr:
		return frame{}, errFrameFrom
	}
	return f, nil
}

// readFrame reads one frame and nothing beyond it. begun is called when the first
// bytes of it are there.
func readFrame(r io.Reader, begun func()) (frame, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:1]); err != nil {
		return frame{}, err
	}
	begun()
	if _, err := io.ReadFull(r, head[1:]); err != nil {
		return frame{}, noEOF(err)
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size > maxFrame {
		return frame{}, errFrameSize
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return frame{}, noEOF(err)
	}
	return parseFrame(b)
}

// noEOF tells an end within a frame from one between two.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
