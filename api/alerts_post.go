package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// keepReader is the largest body after which a reader is kept for the next: its
// buffers have grown with the longest string and the number of alerts.
const keepReader = 4 << 20

// bodyReaders are the readers that wait for the next body.
type bodyReaders struct{ pool sync.Pool }

func (p *bodyReaders) get() *bodyReader {
	if r, ok := p.pool.Get().(*bodyReader); ok {
		return r
	}
	return newBodyReader()
}

func (p *bodyReaders) put(r *bodyReader) {
	if r.forget() {
		p.pool.Put(r)
	}
}

// postAlerts takes a batch of alerts. All of it must keep to the schema; after
// that the valid ones are stored and the others reported.
func (s *server) postAlerts(w http.ResponseWriter, r *http.Request) error {
	d := s.readers.get()
	defer s.readers.put(d)
	batch, err := d.read(r.Body, s.alerts)
	if err != nil {
		return err
	}
	receive(batch, time.Now(), s.engine.ResolveTimeout())
	s.metrics.countReceived(batch)
	valid, invalid := validate(batch, s.syntax.Names())
	s.metrics.invalid.Add(float64(len(invalid)))
	if err := s.put(r.Context(), valid); err != nil {
		return err
	}
	if len(invalid) > 0 {
		return badRequest(errors.Join(invalid...))
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *server) put(ctx context.Context, batch []*alert.Alert) error {
	if len(batch) == 0 {
		return nil
	}
	return s.alerts.Put(ctx, batch)
}

// receive fills in what the senders have left out.
func receive(batch []*alert.Alert, now time.Time, resolveTimeout time.Duration) {
	for _, a := range batch {
		a.UpdatedAt = now
		if a.StartsAt.IsZero() {
			a.StartsAt = a.EndsAt
		}
		if a.StartsAt.IsZero() {
			a.StartsAt = now
		}
		if a.EndsAt.IsZero() {
			a.EndsAt, a.Timeout = now.Add(resolveTimeout), true
		}
	}
}

// validate splits a batch, in place, into alerts that can be stored and what is
// wrong with the others.
func validate(batch []*alert.Alert, names alert.Names) (valid []*alert.Alert, invalid []error) {
	valid = batch[:0]
	for _, a := range batch {
		if err := a.Validate(names); err != nil {
			invalid = append(invalid, err)
			continue
		}
		valid = append(valid, a)
	}
	return valid, invalid
}
