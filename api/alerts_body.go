package api

import (
	"bytes"
	"io"

	"github.com/tocsin-alerting/tocsin/alert"
)

// maxScanned is the largest body that is held in memory as a whole; a longer one is
// read piece by piece. A batch of Prometheus has some 60 kB.
const maxScanned = 1 << 20

// bodyReader reads the bodies of POST alerts: in one go those that are as usual, and
// otherwise with care.
type bodyReader struct {
	scanner scanner
	batches batchReader
	buf     bytes.Buffer
	limited io.LimitedReader
}

func newBodyReader() *bodyReader { return &bodyReader{scanner: scanner{seen: newFamiliar()}} }

// read decodes a body. The slice is valid until the next call. known is who knows
// alerts already; it may be nil.
func (r *bodyReader) read(body io.Reader, known knownAlerts) ([]*alert.Alert, error) {
	r.buf.Reset()
	r.limited = io.LimitedReader{R: body, N: maxScanned}
	_, err := r.buf.ReadFrom(&r.limited)
	if err == nil && r.limited.N > 0 {
		r.scanner.known = known
		if batch, ok := r.scanner.scan(r.buf.Bytes()); ok {
			return batch, nil
		}
	}
	// What has failed fails again when it is its turn.
	return r.batches.read(io.MultiReader(&r.buf, body))
}

// forget lets go of alerts and other things that are not ours to keep alive. It
// reports whether the reader is worth keeping for the next body: its buffers have
// grown with what it has read.
func (r *bodyReader) forget() bool {
	clear(r.scanner.batch)
	clear(r.batches.batch)
	r.scanner.known, r.limited.R = nil, nil
	return r.batches.dec.InputOffset() <= keepReader
}
