package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// chunk is how many bytes of an answer are put together before they are sent.
const chunk = 32 << 10

// errAborted says that an answer has been cut off after its beginning was sent.
var errAborted = errors.New("answer aborted")

// stream is a JSON answer that is sent while it is being made. Encoders append
// to buf and call spill now and then.
type stream struct {
	w       http.ResponseWriter
	buf     []byte
	started bool
}

// streams are the buffers that wait for the next answer.
type streams struct{ pool sync.Pool }

func (p *streams) open(w http.ResponseWriter) *stream {
	s, ok := p.pool.Get().(*stream)
	if !ok {
		s = &stream{}
	}
	s.w, s.buf, s.started = w, s.buf[:0], false
	return s
}

// recycle keeps the buffer for another answer unless one large element has made
// it much larger than answers need.
func (p *streams) recycle(s *stream) {
	s.w = nil
	if cap(s.buf) <= 4*chunk {
		p.pool.Put(s)
	}
}

// spill sends what has been appended, if there is enough of it to be worth it.
// An error means that nobody waits for the rest: the one of ctx, or errAborted
// when it is too late to tell the client. The last byte stays, since it tells
// appendComma whether a comma is due.
func (s *stream) spill(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		if s.started {
			return errAborted
		}
		return err
	}
	if len(s.buf) < chunk {
		return nil
	}
	last := len(s.buf) - 1
	err := s.send(s.buf[:last])
	s.buf = append(s.buf[:0], s.buf[last])
	return err
}

// end sends the rest and the line end that closes every answer.
func (s *stream) end() error { return s.send(append(s.buf, '\n')) }

func (s *stream) send(b []byte) error {
	if !s.started {
		s.w.Header().Set("Content-Type", mediaJSON)
		s.started = true
	}
	if _, err := s.w.Write(b); err != nil {
		return errAborted
	}
	return nil
}
