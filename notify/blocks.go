package notify

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
)

// blockSize is how long the pieces of a long text are.
const blockSize = 128 << 10

// blocks is a text in pieces: one that grows need not be copied, and takes no more
// memory than it is long.
type blocks struct {
	full [][]byte
	last []byte // is being written
}

// room begins a new piece if the last one is about to be full. most is how many
// bytes are expected to come.
func (b *blocks) room(most int) {
	if len(b.last)+most <= cap(b.last) || len(b.last) < blockSize/2 {
		return
	}
	b.full = append(b.full, b.last)
	b.last = make([]byte, 0, max(blockSize, most))
}

// request returns one that posts the text as JSON to a URL that has been checked. The
// text must not change any more.
func (b *blocks) request(target string) (*http.Request, error) {
	// The client sets the context when it sends. A text in one piece is of a type that
	// net/http knows, which lets it go out together with the header.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, bytes.NewReader(b.last))
	if err != nil {
		return nil, concealURL(err, &url.URL{})
	}
	req.Header.Set("Content-Type", "application/json")
	if len(b.full) == 0 {
		return req, nil
	}
	pieces := append(b.full, b.last)
	for _, piece := range b.full {
		req.ContentLength += int64(len(piece))
	}
	req.GetBody = func() (io.ReadCloser, error) {
		unread := net.Buffers(slices.Clone(pieces)) // reading takes them out
		return io.NopCloser(&unread), nil
	}
	req.Body, err = req.GetBody()
	return req, err
}
