package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ingestScenario takes in alerts that are new, and then the same ones again and
// again with later ends, as Prometheus repeats them.
func ingestScenario(name string, connections int) scenario {
	floor := goal{kind: beatsFloor}
	return scenario{
		name: name, about: fmt.Sprintf("new and repeated alerts in batches of 64 over %d connections, 800 groups", connections), floor: true,
		rows: slices.Concat(
			ingestRows(name+".new", "new", []goal{fiveTimes(), floor}, []goal{aFifth(), floor}),
			ingestRows(name+".repeated", "repeated", []goal{fiveTimes(), floor}, []goal{aFifth(), floor}),
		),
		run: func(ctx context.Context, r *run) error {
			n, rounds := r.size(50_000, 10_000), r.size(5, 3)
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never})
			if err != nil {
				return err
			}
			p.connections = connections
			c := newCrowd()
			if err := r.ingest(ctx, p, name+".new", n, c.load(n)); err != nil {
				return err
			}
			var again load
			for round := range rounds {
				again = append(again, c.later(time.Duration(round+1)*time.Minute).load(n)...)
			}
			return r.ingest(ctx, p, name+".repeated", rounds*n, again)
		},
	}
}

// groupsScenario takes in alerts that each make a group.
func groupsScenario() scenario {
	return scenario{
		name: "ingest-groups", about: "new alerts, one group for each",
		rows: ingestRows("groups.new", "new, one group each", []goal{fiveTimes()}, []goal{aFifth()}),
		run: func(ctx context.Context, r *run) error {
			n := r.size(50_000, 5_000)
			p, err := r.startRested(ctx, setup{groupBy: alone(), wait: never})
			if err != nil {
				return err
			}
			return r.ingest(ctx, p, "groups.new", n, newCrowd().load(n))
		},
	}
}

// routesScenario takes in alerts below a tree with a route for each team.
func routesScenario(name string, full, quick int) scenario {
	return scenario{
		name: name, about: fmt.Sprintf("new and repeated alerts with %d routes", full),
		rows: slices.Concat(
			ingestRows(name+".new", "new", []goal{fiveTimes()}, []goal{aFifth()}),
			ingestRows(name+".repeated", "repeated", []goal{fiveTimes()}, []goal{aFifth()}),
		),
		run: func(ctx context.Context, r *run) error {
			n := r.size(20_000, 3_000)
			c := newCrowd()
			c.teams = r.size(full, quick)
			p, err := r.startRested(ctx, setup{groupBy: []string{"alertname"}, wait: never, teams: c.teams})
			if err != nil {
				return err
			}
			if err := r.ingest(ctx, p, name+".new", n, c.load(n)); err != nil {
				return err
			}
			return r.ingest(ctx, p, name+".repeated", n, c.later(time.Minute).load(n))
		},
	}
}
