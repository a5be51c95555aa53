package main

import (
	"context"
	"time"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
)

// spent returns the processor time that a process used while f ran.
func (p *process) spent(f func() error) (time.Duration, error) {
	before, err := proc.Fine(p.pid())
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := proc.Fine(p.pid())
	return after - before, err
}

// spentEach records under a key the microseconds of processor time for each of n
// things, with what is done after the answer.
func (r *run) spentEach(ctx context.Context, p *process, key string, n int, f func() error) error {
	spent, err := p.spent(func() error {
		if err := f(); err != nil {
			return err
		}
		_, err := p.rest(ctx)
		return err
	})
	r.values[key] = float64(spent.Nanoseconds()) / 1e3 / float64(n)
	return err
}

// often is how often something short is repeated, unless that takes longer than
// enough.
const (
	often  = 30
	enough = time.Second
)

// spentOften returns the processor time for f, on the average of many times. The
// first one only warms what is kept between requests.
func (r *run) spentOften(ctx context.Context, p *process, f func() error) (time.Duration, error) {
	if err := f(); err != nil {
		return 0, err
	}
	var times time.Duration
	spent, err := p.spent(func() error {
		for start := time.Now(); times == 0 || times < often && time.Since(start) < enough; times++ {
			if err := f(); err != nil || ctx.Err() != nil {
				return err
			}
		}
		return nil
	})
	return spent / max(times, 1), err
}
