package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// connections is how many requests are under way at once, as from so many
// Prometheus servers, and manyConnections how many where that is to be seen;
// batchSize is how many alerts one of them sends together.
const (
	connections     = 4
	manyConnections = 16
	batchSize       = 64
)

// postAlerts sends the first n alerts of a crowd.
func (p *process) postAlerts(ctx context.Context, c crowd, n int) error {
	return p.spread(ctx, batches(n), func(ctx context.Context, buffer []byte, i int) ([]byte, error) {
		body := c.part(buffer[:0], i, n)
		return body, post(ctx, p.client, p.url+"/api/v2/alerts", body)
	})
}

// load is bodies that are ready, so that nothing but sending them takes time while
// something is measured.
type load [][]byte

// load makes bodies of the first n alerts.
func (c crowd) load(n int) load {
	l := make(load, batches(n))
	for i := range l {
		l[i] = c.part(nil, i, n)
	}
	return l
}

func (p *process) postLoad(ctx context.Context, l load) error {
	return p.spread(ctx, len(l), func(ctx context.Context, _ []byte, i int) ([]byte, error) {
		return nil, post(ctx, p.client, p.url+"/api/v2/alerts", l[i])
	})
}

func batches(n int) int { return (n + batchSize - 1) / batchSize }

// part appends batch i of the first n alerts.
func (c crowd) part(to []byte, i, n int) []byte {
	from := i * batchSize
	return c.batch(to, from, min(batchSize, n-from))
}

// postSilences sends n silences.
func (p *process) postSilences(ctx context.Context, n int, silence func(to []byte, i int) []byte) error {
	return p.spread(ctx, n, func(ctx context.Context, buffer []byte, i int) ([]byte, error) {
		body := silence(buffer[:0], i)
		return body, post(ctx, p.client, p.url+"/api/v2/silences", body)
	})
}

// spread does n pieces of work on all connections, and stops with the first error.
// A piece may use the buffer and returns it for the next one.
func (p *process) spread(ctx context.Context, n int, piece func(context.Context, []byte, int) ([]byte, error)) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range p.connections {
		g.Go(func() error {
			var buffer []byte
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				var err error
				if buffer, err = piece(ctx, buffer, i); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// trickle repeats the first n alerts of a crowd at so many a second, until ctx is
// done.
func (p *process) trickle(ctx context.Context, c crowd, n, perSecond int) error {
	pace := time.NewTicker(time.Second * batchSize / time.Duration(perSecond))
	defer pace.Stop()
	var body []byte
	for i := 0; ; i += batchSize {
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
		body = c.later(time.Duration(i)*time.Millisecond).batch(body[:0], i%n, min(batchSize, n-i%n))
		if err := post(ctx, p.client, p.url+"/api/v2/alerts", body); err != nil && ctx.Err() == nil {
			return err
		}
	}
}
