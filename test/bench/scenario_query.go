package main

import (
	"context"
	"net/url"
)

// getPath asks for a path and reads the whole answer.
func (p *process) getPath(ctx context.Context, path string) error {
	_, err := get(ctx, p.client, p.url+path)
	return err
}

// alertsPath is the path of the alerts that match.
func alertsPath(filters ...string) string {
	if len(filters) == 0 {
		return "/api/v2/alerts"
	}
	return "/api/v2/alerts?" + url.Values{"filter": filters}.Encode()
}

// queriesScenario asks for alerts of many.
func queriesScenario() scenario {
	return scenario{
		name: "queries", about: "GET with 50,000 alerts",
		rows: []row{
			{key: "get.all", label: "GET all alerts", unit: milliseconds, goals: []goal{{atMost, 300}}},
			{key: "get.all.memory", label: "GET all, extra memory", unit: mebibytes, goals: []goal{{atMost, 50 << 20}}},
			{key: "get.all.allocated", label: "GET all, allocated", unit: mebibytes},
			{key: "get.equal", label: "GET 10 alerts by equality", unit: milliseconds, goals: []goal{{atMost, 5}}},
			{key: "get.regex", label: "GET 100 alerts by regex", unit: milliseconds},
			{key: "get.groups", label: "GET all groups", unit: milliseconds},
			{key: "get.groups.equal", label: "GET groups of 10 alerts", unit: milliseconds},
		},
		run: func(ctx context.Context, r *run) error {
			n := r.size(50_000, 5_000)
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never})
			if err != nil {
				return err
			}
			if err := p.postAlerts(ctx, newCrowd(), n); err != nil {
				return err
			}
			if _, err := p.rest(ctx); err != nil {
				return err
			}
			return r.queries(ctx, p)
		},
	}
}

func (r *run) queries(ctx context.Context, p *process) error {
	if err := r.wholeCost(ctx, p); err != nil {
		return err
	}
	few, many := r.size(3, 2), r.size(15, 10)
	shard := `shard="123"`
	for _, q := range []struct {
		key, path string
		times     int
	}{
		{"get.all", alertsPath(), few},
		{"get.equal", alertsPath(shard), many},
		{"get.regex", alertsPath(`pod=~"svc-.*-0012[0-9]{2}"`), many},
		{"get.groups", "/api/v2/alerts/groups", few},
		{"get.groups.equal", "/api/v2/alerts/groups?" + url.Values{"filter": {shard}}.Encode(), many},
	} {
		if err := r.median(ctx, p, q.key, q.times, func() error { return p.getPath(ctx, q.path) }); err != nil {
			return err
		}
	}
	return nil
}

// wholeCost measures what the first GET of all alerts takes of the memory.
func (r *run) wholeCost(ctx context.Context, p *process) error {
	const allocated = "go_memstats_alloc_bytes_total"
	before, err := p.metric(ctx, allocated)
	if err != nil {
		return err
	}
	r.values["get.all.memory"], err = p.extra(func() error { return p.getPath(ctx, alertsPath()) })
	if err != nil {
		return err
	}
	after, err := p.metric(ctx, allocated)
	r.values["get.all.allocated"] = after - before
	return err
}

// silencesScenario creates silences, then takes in alerts, then looks at them. The
// bound is for the first look, in milliseconds.
func silencesScenario(name, label string, silence func([]byte, int) []byte, bound float64) scenario {
	return scenario{
		name: name, about: "5,000 silences by " + label + ", then 10,000 alerts, then GET",
		rows: []row{
			{key: name + ".created", label: "silences created", unit: perSecond, higher: true},
			{key: name + ".cold", label: "first GET", unit: milliseconds, goals: []goal{{atMost, bound}}},
			{key: name + ".warm", label: "next GET", unit: milliseconds},
			{key: name + ".another", label: "GET after one more silence", unit: milliseconds},
		},
		run: func(ctx context.Context, r *run) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never})
			if err != nil {
				return err
			}
			n := r.size(5_000, 500)
			took, err := r.phase(ctx, p, name+".create", func() error { return p.postSilences(ctx, n, silence) })
			if err != nil {
				return err
			}
			r.values[name+".created"] = float64(n) / took.Seconds()
			if err := p.postAlerts(ctx, newCrowd(), r.size(10_000, 2_000)); err != nil {
				return err
			}
			if _, err := p.rest(ctx); err != nil {
				return err
			}
			return r.looks(ctx, p, name, silence)
		},
	}
}

func (r *run) looks(ctx context.Context, p *process, name string, silence func([]byte, int) []byte) error {
	look := func() error { return p.getPath(ctx, alertsPath()) }
	if err := r.once(ctx, p, name+".cold", look); err != nil {
		return err
	}
	if err := r.median(ctx, p, name+".warm", 5, look); err != nil {
		return err
	}
	if err := post(ctx, p.client, p.url+"/api/v2/silences", silence(nil, 1)); err != nil {
		return err
	}
	return r.once(ctx, p, name+".another", look)
}

// inhibitScenario looks at alerts of which half may inhibit the other half.
func inhibitScenario() scenario {
	return scenario{
		name: "inhibit", about: "100 inhibit rules and 10,000 alerts, half of them sources",
		rows: []row{
			{key: "inhibit.first", label: "first GET", unit: milliseconds},
			{key: "inhibit.get", label: "next GET", unit: milliseconds, goals: []goal{{atMost, 50}}},
			{key: "inhibit.ten", label: "GET 10 of them", unit: milliseconds},
		},
		run: func(ctx context.Context, r *run) error {
			p, err := r.startRested(ctx, setup{groupBy: grouped(), wait: never, rules: ruleNames})
			if err != nil {
				return err
			}
			if err := p.postAlerts(ctx, newCrowd(), r.size(10_000, 2_000)); err != nil {
				return err
			}
			if _, err := p.rest(ctx); err != nil {
				return err
			}
			if err := r.once(ctx, p, "inhibit.first", func() error { return p.getPath(ctx, alertsPath()) }); err != nil {
				return err
			}
			if err := r.median(ctx, p, "inhibit.get", 10, func() error { return p.getPath(ctx, alertsPath()) }); err != nil {
				return err
			}
			return r.median(ctx, p, "inhibit.ten", 30, func() error { return p.getPath(ctx, alertsPath(`shard="123"`)) })
		},
	}
}
