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

// looks are what is expected of the first GET and of those after it.
type looks struct{ first, next expectation }

func looksByIndex() looks {
	return looks{
		first: expectation{0, "an index leads to the silences that can match"},
		next:  expectation{0, "what an alert matches is kept"},
	}
}

func looksByTrying() looks {
	return looks{
		first: expectation{1, "a third are regexes that can only be tried"},
		next:  expectation{0, "what an alert matches is kept; of 10k that is 18, which are all shown"},
	}
}

// silencesStory has ever more silences over the same alerts.
func silencesStory(name, sort string, silence func([]byte, int) []byte, l looks) story {
	return story{
		name: name, about: "silences by " + sort + ": created, and the first GET of the same alerts with them", of: "silences",
		sizes: manySizes(), quick: fewSizes(), budget: 55 * time.Second, quickBudget: 8 * time.Second,
		laws: []law{
			{name + ".create", "create, per silence", microseconds, 0, "one more silence touches only what it can match"},
			{name + ".first", "first GET of the same alerts", milliseconds, l.first.most, l.first.reason},
			{name + ".next", "next GET of them", milliseconds, l.next.most, l.next.reason},
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
