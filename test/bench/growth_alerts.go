package main

import (
	"context"
	"net/url"
	"time"
)

// inTens makes a group of every ten alerts, so that there are ever more of both.
func inTens() []string { return []string{"shard"} }

// oneShard is a filter that selects ten alerts, at every size.
const oneShard = `shard="12"`

// alertsStory holds ever more alerts.
func alertsStory() story {
	const (
		each = "an alert costs what it is, not how many others there are"
		some = "an index leads to the ten"
	)
	return story{
		name: "alerts", about: "ingest, GET, restart and memory, ten alerts in each group", of: "alerts",
		sizes: []int{1_000, 10_000, 100_000, 1_000_000}, quick: []int{1_000, 3_000, 10_000},
		budget: 5*time.Minute + 30*time.Second, quickBudget: 21 * time.Second,
		laws: []law{
			{"alerts.new", "ingest, new, per alert", microseconds, 0, each},
			{"alerts.repeated", "ingest, repeated, per alert", microseconds, 0, each},
			{"alerts.get", "GET all, per alert", microseconds, 0, each},
			{"alerts.ten", "GET 10 of them", milliseconds, 0, some},
			{"alerts.groups", "GET all groups, per alert", microseconds, 0, each},
			{"alerts.groups.ten", "GET the group of 10 of them", milliseconds, 0, some},
			{"alerts.resident", "resident memory, per alert", kibibytes, 0, each},
			{"alerts.live", "live Go heap, per alert", kibibytes, 0, each},
			{"alerts.restart", "restart until at rest, per alert", microseconds, 0, "all are read once"},
		},
		run: func(ctx context.Context, r *run, n int) error {
			s := setup{groupBy: inTens(), wait: never}
			p, err := r.hold(ctx, s, n)
			if err != nil {
				return err
			}
			if err := r.askAlerts(ctx, p, n); err != nil {
				return err
			}
			p.kill()
			return r.reborn(ctx, s, n)
		},
	}
}

// hold starts the subject and gives it n alerts, new and once more, and weighs it.
func (r *run) hold(ctx context.Context, s setup, n int) (*process, error) {
	p, err := r.startRested(ctx, s)
	if err != nil {
		return nil, err
	}
	before, err := r.weigh(ctx, p)
	if err != nil {
		return nil, err
	}
	c := newCrowd()
	if err := r.spentEach(ctx, p, "alerts.new", n, func() error { return p.postAlerts(ctx, c, n) }); err != nil {
		return nil, err
	}
	after, err := r.weigh(ctx, p)
	if err != nil {
		return nil, err
	}
	r.values["alerts.resident"] = (after.resident - before.resident) / float64(n)
	r.values["alerts.live"] = (after.live - before.live) / float64(n)
	again := min(n, 50_000)
	return p, r.spentEach(ctx, p, "alerts.repeated", again, func() error {
		return p.postAlerts(ctx, c.later(time.Minute), again)
	})
}

func (r *run) askAlerts(ctx context.Context, p *process, n int) error {
	filter := url.Values{"filter": {oneShard}}.Encode()
	const groups = "/api/v2/alerts/groups"
	for _, q := range []struct {
		key, path string
		unit      float64 // of the value, in nanoseconds
	}{
		{"alerts.get", alertsPath(), float64(n) * 1e3},
		{"alerts.ten", alertsPath(oneShard), 1e6},
		{"alerts.groups", groups, float64(n) * 1e3},
		{"alerts.groups.ten", groups + "?" + filter, 1e6},
	} {
		spent, err := r.spentOften(ctx, p, func() error { return p.getPath(ctx, q.path) })
		if err != nil {
			return err
		}
		r.values[q.key] = float64(spent) / q.unit
	}
	return nil
}

// reborn starts the subject once more on what it has stored of n alerts.
func (r *run) reborn(ctx context.Context, s setup, n int) error {
	p, err := r.start(ctx, s)
	if err != nil {
		return err
	}
	spent, err := p.rest(ctx)
	r.values["alerts.restart"] = float64(spent.Nanoseconds()) / 1e3 / float64(n)
	return err
}
