package main

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

// latencyScenario posts one alert after the other to a route that speaks at once,
// and measures from the POST to the webhook.
func latencyScenario() scenario {
	return scenario{
		name: "latency", about: "from POST to webhook with group_wait 0s, idle and while 5,000 alerts a second are repeated",
		rows: slices.Concat(latencyRows("latency.idle", "idle", []goal{{atMost, 20}}), latencyRows("latency.busy", "under load", nil)),
		run: func(ctx context.Context, r *run) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never, probe: true})
			if err != nil {
				return err
			}
			n, crowdSize := r.size(300, 50), r.size(20_000, 5_000)
			if err := r.latency(ctx, p, "latency.idle", 1_000_000, n); err != nil {
				return err
			}
			c := newCrowd()
			if err := p.postAlerts(ctx, c, crowdSize); err != nil {
				return err
			}
			return r.beside(ctx,
				func(ctx context.Context) error { return p.trickle(ctx, c, crowdSize, 5_000) },
				func() error { return r.latency(ctx, p, "latency.busy", 2_000_000, n) })
		},
	}
}

func latencyRows(key, label string, p99 []goal) []row {
	return []row{
		{key: key + ".p50", label: "POST to webhook, " + label + ", p50", unit: milliseconds},
		{key: key + ".p99", label: "POST to webhook, " + label + ", p99", unit: milliseconds, goals: p99},
	}
}

// beside runs f while another thing goes on, which ends when its context does.
func (r *run) beside(ctx context.Context, other func(context.Context) error, f func() error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return other(ctx) })
	err := f()
	stop()
	if other := g.Wait(); other != nil {
		return other
	}
	return err
}

// latency measures n alerts with the ids from first on, one after the other.
func (r *run) latency(ctx context.Context, p *process, key string, first, n int) error {
	c := newCrowd()
	c.more = `,"probe":"yes"`
	id := first
	seconds, err := r.repeat(ctx, p, key, n, func() error {
		id++
		if err := post(ctx, p.client, p.url+"/api/v2/alerts", c.batch(nil, id, 1)); err != nil {
			return err
		}
		_, err := r.sink.about(ctx, id)
		return err
	})
	r.values[key+".p50"] = 1000 * stat.Quantile(seconds, 0.5)
	r.values[key+".p99"] = 1000 * stat.Quantile(seconds, 0.99)
	return err
}

// flushScenario lets many groups be due at about the same time.
func flushScenario() scenario {
	return scenario{
		name: "flush", about: "20,000 groups that are due at once, with a small GET every 5 ms",
		rows: []row{
			{key: "flush.rate", label: "notifications", unit: perSecond, higher: true},
			{key: "flush.late", label: "last one after group_wait of the last alert", unit: milliseconds},
			{key: "flush.cpu", label: "CPU per notification", unit: microseconds},
			{key: "flush.get.p99", label: "small GET meanwhile, p99", unit: milliseconds, goals: []goal{{atMost, 50}}},
		},
		run: func(ctx context.Context, r *run) error {
			n, wait := r.size(20_000, 2_000), time.Duration(r.size(6, 2))*time.Second
			p, err := r.startRested(ctx, setup{groupBy: alone(), wait: wait})
			if err != nil {
				return err
			}
			if err := p.postAlerts(ctx, newCrowd(), n); err != nil {
				return err
			}
			due := time.Now().Add(wait)
			return r.flush(ctx, p, due, n)
		},
	}
}

func (r *run) flush(ctx context.Context, p *process, due time.Time, n int) error {
	before, err := proc.CPU(p.pid())
	if err != nil {
		return err
	}
	first, err := r.sink.next(ctx)
	if err != nil {
		return err
	}
	last, took := first, []float64(nil)
	hear := func() (err error) {
		for range n - 1 {
			if last, err = r.sink.next(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	if err := r.beside(ctx, func(ctx context.Context) (err error) {
		took, err = p.askOften(ctx)
		return err
	}, func() error {
		_, err := r.phase(ctx, p, "flush", hear)
		return err
	}); err != nil {
		return err
	}
	after, err := p.rest(ctx)
	r.values["flush.rate"] = float64(n-1) / last.at.Sub(first.at).Seconds()
	r.values["flush.late"] = 1000 * last.at.Sub(due).Seconds()
	r.values["flush.cpu"] = float64((after - before).Microseconds()) / float64(n)
	r.values["flush.get.p99"] = 1000 * stat.Quantile(took, 0.99)
	return err
}

// askOften makes a small request every few milliseconds until ctx is done, and
// returns the seconds that each took.
func (p *process) askOften(ctx context.Context) ([]float64, error) {
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	var seconds []float64
	for {
		select {
		case <-ctx.Done():
			return seconds, nil
		case <-pace.C:
		}
		took, err := timed(func() error { return p.getPath(ctx, "/api/v2/receivers") })
		if ctx.Err() != nil {
			return seconds, nil
		}
		if err != nil {
			return seconds, err
		}
		seconds = append(seconds, took.Seconds())
	}
}

// bigGroupScenario puts all alerts into one group.
func bigGroupScenario() scenario {
	return scenario{
		name: "big-group", about: "one group of 20,000 alerts",
		rows: append(ingestRows("big.new", "new", nil, nil),
			row{key: "big.late", label: "notification after group_wait", unit: milliseconds},
			row{key: "big.cpu", label: "CPU of the notification", unit: milliseconds},
			row{key: "big.memory", label: "extra memory for the notification", unit: mebibytes}),
		run: func(ctx context.Context, r *run) error {
			n, wait := r.size(20_000, 3_000), time.Duration(r.size(8, 3))*time.Second
			p, err := r.startRested(ctx, setup{wait: wait})
			if err != nil {
				return err
			}
			start := time.Now()
			if err := r.ingest(ctx, p, "big.new", n, newCrowd().load(n)); err != nil {
				return err
			}
			return r.bigFlush(ctx, p, start.Add(wait))
		},
	}
}

func (r *run) bigFlush(ctx context.Context, p *process, due time.Time) error {
	before, err := proc.CPU(p.pid())
	if err != nil {
		return err
	}
	var heard arrival
	more, err := p.extra(func() error {
		_, err := r.phase(ctx, p, "big.flush", func() (err error) {
			heard, err = r.sink.next(ctx)
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	after, err := p.rest(ctx)
	r.values["big.late"] = 1000 * heard.at.Sub(due).Seconds()
	r.values["big.cpu"] = float64((after - before).Milliseconds())
	r.values["big.memory"] = more
	return err
}
