package main

import (
	"bytes"
	"context"
	"time"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
)

// restartScenario kills a process that holds much, and starts it again.
func restartScenario() scenario {
	return scenario{
		name: "restart", about: "kill -9 with 100,000 alerts and 10,000 silences, and start again",
		rows: []row{
			{key: "restart.ready", label: "until ready", unit: milliseconds, goals: []goal{{atMost, 2000}}},
			{key: "restart.cpu", label: "CPU until at rest", unit: milliseconds},
			{key: "restart.alerts", label: "alerts kept", unit: percent, higher: true, goals: []goal{{atLeast, 1}}},
			{key: "restart.silences", label: "silences kept", unit: percent, higher: true, goals: []goal{{atLeast, 1}}},
		},
		run: func(ctx context.Context, r *run) error {
			alerts, silences := r.size(100_000, 10_000), r.size(10_000, 1_000)
			s := setup{groupBy: grouped(), wait: never}
			p, err := r.start(ctx, s)
			if err != nil {
				return err
			}
			if err := p.postSilences(ctx, silences, equalSilence); err != nil {
				return err
			}
			if err := p.postAlerts(ctx, newCrowd(), alerts); err != nil {
				return err
			}
			p.kill()
			return r.again(ctx, s, float64(alerts), float64(silences))
		},
	}
}

// again starts the subject where it has been killed, and counts what it still has.
func (r *run) again(ctx context.Context, s setup, alerts, silences float64) error {
	start := time.Now()
	p, err := r.start(ctx, s)
	if err != nil {
		return err
	}
	r.values["restart.ready"] = 1000 * time.Since(start).Seconds()
	cpu, err := p.rest(ctx)
	if err != nil {
		return err
	}
	r.values["restart.cpu"] = float64(cpu.Milliseconds())
	text, err := read(ctx, p.client, p.url+alertsPath())
	if err != nil {
		return err
	}
	r.values["restart.alerts"] = float64(bytes.Count(text, []byte(`"fingerprint":`))) / alerts
	text, err = read(ctx, p.client, p.url+"/api/v2/silences")
	r.values["restart.silences"] = float64(bytes.Count(text, []byte(`"createdBy":`))) / silences
	return err
}

// memoryScenario takes in many alerts and weighs the process before and after. The
// bound is in KiB.
func memoryScenario(name, label string, groupBy []string, bound float64) scenario {
	return scenario{
		name: name, about: "200,000 alerts, " + label,
		rows: []row{
			{key: name + ".resident", label: "resident per alert", unit: kibibytes, goals: []goal{{atMost, bound * 1024}}},
			{key: name + ".live", label: "live Go heap per alert", unit: kibibytes},
			{key: name + ".goroutines", label: "goroutines more than idle", unit: count, goals: []goal{{atMost, 100}}},
		},
		run: func(ctx context.Context, r *run) error {
			p, err := r.startRested(ctx, setup{groupBy: groupBy, wait: never})
			if err != nil {
				return err
			}
			before, err := r.weigh(ctx, p)
			if err != nil {
				return err
			}
			n := r.size(200_000, 10_000)
			if _, err := r.phase(ctx, p, name, func() error { return p.postAlerts(ctx, newCrowd(), n) }); err != nil {
				return err
			}
			if _, err := p.rest(ctx); err != nil {
				return err
			}
			after, err := r.weigh(ctx, p)
			r.values[name+".resident"] = (after.resident - before.resident) / float64(n)
			r.values[name+".live"] = (after.live - before.live) / float64(n)
			r.values[name+".goroutines"] = after.goroutines - before.goroutines
			return err
		},
	}
}

// weight is what a process holds at rest, after its garbage is collected.
type weight struct{ resident, live, goroutines float64 }

func (r *run) weigh(ctx context.Context, p *process) (weight, error) {
	var w weight
	err := p.collect(ctx)
	if err != nil {
		return w, err
	}
	if w.resident, err = p.settledResident(ctx, 5*time.Second); err != nil {
		return w, err
	}
	if w.live, err = p.metric(ctx, "go_memstats_heap_alloc_bytes"); err != nil {
		return w, err
	}
	w.goroutines, err = p.metric(ctx, "go_goroutines")
	return w, err
}

// settledResident returns the resident bytes once they fall no more, or after the
// time that is given: what is free goes back to the machine bit by bit.
func (p *process) settledResident(ctx context.Context, within time.Duration) (float64, error) {
	pace := time.NewTicker(time.Second)
	defer pace.Stop()
	last, err := p.resident()
	for start := time.Now(); err == nil && time.Since(start) < within; {
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-pace.C:
		}
		before := last
		if last, err = p.resident(); last > before-before/100 {
			break
		}
	}
	return last, err
}

// stormScenario takes in many alerts, lets them resolve and be forgotten, and looks
// at what memory comes back.
func stormScenario() scenario {
	return scenario{
		name: "storm", about: "100,000 alerts that resolve, are told and forgotten",
		rows: []row{
			{key: "storm.peak", label: "highest memory in the storm", unit: mebibytes},
			{key: "storm.after", label: "memory after it, more than before", unit: mebibytes},
			{key: "storm.returned", label: "memory returned", unit: percent, higher: true, goals: []goal{{atLeast, 0.8}}},
		},
		run: func(ctx context.Context, r *run) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: time.Second, interval: 2 * time.Second, resolved: true},
				"--alerts.gc-interval=1s")
			if err != nil {
				return err
			}
			before, err := r.weigh(ctx, p)
			if err != nil {
				return err
			}
			n, c := r.size(100_000, 10_000), newCrowd()
			if err := p.postAlerts(ctx, c, n); err != nil {
				return err
			}
			c.ends = time.Now()
			if err := p.postAlerts(ctx, c, n); err != nil {
				return err
			}
			return r.calm(ctx, p, before.resident)
		},
	}
}

// calm waits until the alerts are forgotten and weighs what is left.
func (r *run) calm(ctx context.Context, p *process, before float64) error {
	if _, err := r.phase(ctx, p, "storm.calm", func() error { return p.forget(ctx) }); err != nil {
		return err
	}
	m, err := proc.MemoryOf(p.pid())
	if err != nil {
		return err
	}
	peak := float64(m.Peak)
	if err := p.collect(ctx); err != nil {
		return err
	}
	after, err := p.settledResident(ctx, 20*time.Second)
	r.values["storm.peak"] = peak
	r.values["storm.after"] = after - before
	r.values["storm.returned"] = (peak - after) / (peak - before)
	return err
}

// forget waits until there are no groups any more, a minute at most. The API is no
// answer: it leaves out groups of which all alerts are over.
func (p *process) forget(ctx context.Context) error {
	pace := time.NewTicker(500 * time.Millisecond)
	defer pace.Stop()
	for range 120 {
		groups, err := p.metric(ctx, "alertmanager_dispatcher_aggregation_groups")
		if err != nil {
			return err
		}
		if groups == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pace.C:
		}
	}
	_, err := p.rest(ctx)
	return err
}
