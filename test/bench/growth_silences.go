package main

import (
	"context"
	"time"
)

// expectation is the exponent that is expected of a cost, and why.
type expectation struct {
	most   float64
	reason string
}

func firstByIndex() expectation {
	return expectation{0, "an index leads to the silences that can match"}
}

func firstByTrying() expectation {
	return expectation{1, "a third are regexes that can only be tried"}
}

// silencesStory has ever more silences over the same alerts.
func silencesStory(name, sort string, silence func([]byte, int) []byte, first expectation) story {
	return story{
		name: name, about: "silences by " + sort + ": created, and the first GET of the same alerts with them", of: "silences",
		sizes: manySizes(), quick: fewSizes(), budget: 55 * time.Second, quickBudget: 8 * time.Second,
		laws: []law{
			{name + ".create", "create, per silence", microseconds, 0, "one more silence touches only what it can match"},
			{name + ".first", "first GET of the same alerts", milliseconds, first.most, first.reason},
			{name + ".next", "next GET of them", milliseconds, 0, "what an alert matches is kept; of 10k regexes that is 18, all of which are shown"},
		},
		run: func(ctx context.Context, r *run, n int) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never})
			if err != nil {
				return err
			}
			if err := p.postAlerts(ctx, newCrowd(), r.someAlerts()); err != nil {
				return err
			}
			look := func() error { return p.getPath(ctx, alertsPath()) }
			// The alerts are looked at before, so that the first look with the silences
			// has nothing to do but for them.
			if err := look(); err != nil {
				return err
			}
			if err := r.spentEach(ctx, p, name+".create", n, func() error { return p.postSilences(ctx, n, silence) }); err != nil {
				return err
			}
			return r.firstLooks(ctx, p, name, look)
		},
	}
}

func (r *run) firstLooks(ctx context.Context, p *process, name string, look func() error) error {
	first, err := p.spent(look)
	if err != nil {
		return err
	}
	next, err := r.spentOften(ctx, p, look)
	r.values[name+".first"] = float64(first.Nanoseconds()) / 1e6
	r.values[name+".next"] = float64(next.Nanoseconds()) / 1e6
	return err
}
