package main

import (
	"context"
	"time"
)

// someAlerts is how many alerts there are while something else grows.
func (r *run) someAlerts() int { return r.size(10_000, 2_000) }

// routesStory has ever more routes below the root, one for each value of a label.
func routesStory() story {
	return story{
		name: "routes", about: "ingest and reload", of: "routes",
		sizes: manySizes(), quick: fewSizes(), budget: 55 * time.Second, quickBudget: 8 * time.Second,
		laws: []law{
			{"routes.new", "ingest, new, per alert", microseconds, 0, "an index leads to the route"},
			{"routes.reload", "reload, per route", microseconds, 0, "every route is read and checked once"},
		},
		run: func(ctx context.Context, r *run, n int) error {
			// The groups are as many at every size, or they would count too.
			p, err := r.startRested(ctx, setup{groupBy: alone(), wait: never, teams: n})
			if err != nil {
				return err
			}
			c := newCrowd()
			c.teams = n
			alerts := r.someAlerts()
			if err := r.spentEach(ctx, p, "routes.new", alerts, func() error { return p.postAlerts(ctx, c, alerts) }); err != nil {
				return err
			}
			spent, err := r.spentOften(ctx, p, func() error { return post(ctx, p.client, p.url+"/-/reload", nil) })
			r.values["routes.reload"] = float64(spent.Nanoseconds()) / 1e3 / float64(n)
			return err
		},
	}
}

// rulesStory has ever more inhibit rules. Only the first hundred have sources and
// targets among the alerts.
func rulesStory() story {
	const index = "an index leads to the rules that can match"
	return story{
		name: "rules", about: "ingest and GET, half of the alerts may inhibit the other half", of: "rules",
		sizes: manySizes(), quick: fewSizes(), budget: 55 * time.Second, quickBudget: 8 * time.Second,
		laws: []law{
			{"rules.new", "ingest, new, per alert", microseconds, 0, index},
			{"rules.get", "GET all of the same alerts", milliseconds, 0, index},
		},
		run: func(ctx context.Context, r *run, n int) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never, rules: n})
			if err != nil {
				return err
			}
			alerts := r.someAlerts()
			if err := r.spentEach(ctx, p, "rules.new", alerts, func() error { return p.postAlerts(ctx, newCrowd(), alerts) }); err != nil {
				return err
			}
			spent, err := r.spentOften(ctx, p, func() error { return p.getPath(ctx, alertsPath()) })
			r.values["rules.get"] = float64(spent.Nanoseconds()) / 1e6
			return err
		},
	}
}
