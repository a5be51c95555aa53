package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// groupsStory lets ever more groups be due at about the same time.
func groupsStory() story {
	return story{
		name: "groups", about: "groups of one alert that are due at about the same time", of: "groups",
		sizes: []int{100, 1_000, 10_000, 100_000}, quick: []int{100, 500, 2_000},
		budget: 50 * time.Second, quickBudget: 11 * time.Second,
		laws: []law{
			{"groups.each", "ingest and notification, per group", microseconds, 0, "a group costs what it is, not how many others there are"},
		},
		run: func(ctx context.Context, r *run, n int) error {
			p, err := r.startRested(ctx, setup{groupBy: alone(), wait: time.Second})
			if err != nil {
				return err
			}
			return r.spentEach(ctx, p, "groups.each", n, func() error {
				g, ctx := errgroup.WithContext(ctx)
				g.Go(func() error { return p.postAlerts(ctx, newCrowd(), n) })
				g.Go(func() error { return r.hear(ctx, n) })
				return g.Wait()
			})
		},
	}
}

// hear waits for n notifications.
func (r *run) hear(ctx context.Context, n int) error {
	for range n {
		if _, err := r.sink.next(ctx); err != nil {
			return err
		}
	}
	return nil
}
