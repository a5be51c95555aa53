package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnitFormat(t *testing.T) {
	for _, c := range []struct {
		unit  unit
		value float64
		want  string
	}{
		{perSecond, 123_456, "123k/s"},
		{perSecond, 23_456, "23.5k/s"},
		{perSecond, 5_788, "5788/s"},
		{microseconds, 17.25, "17.2 µs"},
		{milliseconds, 0.754, "0.75 ms"},
		{milliseconds, 300, "300 ms"},
		{mebibytes, 50 << 20, "50 MiB"},
		{kibibytes, 1228.8, "1.20 KiB"},
		{percent, 0.0699, "6.99%"},
		{percent, 1, "100%"},
		{count, -3, "-3"},
	} {
		if got := c.unit.format(c.value); got != c.want {
			t.Errorf("%v of %q is written %q, want %q", c.value, c.unit, got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	all := medians{nameTocsin: 10, namePeer: 2, nameFloor: 8}
	for _, c := range []struct {
		goal   goal
		values medians
		higher bool
		want   verdict
	}{
		{goal{}, all, true, none},
		{goal{timesPeer, 5}, all, true, met},
		{goal{timesPeer, 5.1}, all, true, missed},
		{goal{timesPeer, 5}, medians{nameTocsin: 10}, true, unknown},
		{goal{shareOfPeer, 5}, all, false, met},
		{goal{shareOfPeer, 0.2}, all, false, missed},
		{goal{shareOfPeer, 0.2}, medians{namePeer: 10}, false, unknown},
		{goal{atMost, 10}, all, false, met},
		{goal{atMost, 9}, medians{nameTocsin: 10}, false, missed},
		{goal{atLeast, 10}, all, true, met},
		{goal{atLeast, 11}, all, true, missed},
		{goal{beatsFloor, 0}, all, true, met},
		{goal{beatsFloor, 0}, all, false, missed},
		{goal{beatsFloor, 0}, medians{nameTocsin: 10, namePeer: 2}, true, unknown},
		{goal{atMost, 10}, medians{}, false, unknown},
	} {
		if got := c.goal.judge(c.values, c.higher); got != c.want {
			t.Errorf("%v of %v: %q, want %q", c.goal, c.values, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	s := scenario{name: "post", rows: []row{
		{key: "rate", label: "alerts", unit: perSecond, higher: true, goals: []goal{{timesPeer, 5}, {kind: beatsFloor}}},
		{key: "cpu", label: "CPU", unit: microseconds, goals: []goal{{shareOfPeer, 0.2}}},
		{key: "lonely", label: "kept", unit: percent, goals: []goal{{atLeast, 1}}},
		{key: "unmeasured", label: "not shown", unit: percent},
	}}
	r := newResults()
	r.add(nameTocsin, map[string]float64{"rate": 100_000, "cpu": 8, "lonely": 1})
	r.add(nameTocsin, map[string]float64{"rate": 140_000, "cpu": 10, "lonely": 1})
	r.add(nameTocsin, map[string]float64{"rate": 120_000, "cpu": 9, "lonely": 1})
	r.add(namePeer, map[string]float64{"rate": 20_000, "cpu": 36})
	r.add(nameFloor, map[string]float64{"rate": 130_000})
	var text strings.Builder
	if err := new(style).table(&text, newReport([]scenario{s}, r).grid()); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
              tocsin        peer     tocsin/peer  floor   durable floor  goal
post: alerts  120k/s ±17%   20.0k/s  6 ×          130k/s                 ≥ 5 × peer: met; better than floor: MISSED
post: CPU     9 µs ±11%     36 µs    1/4                                 ≤ 1/5 of peer: MISSED
post: kept    100% ±0%                                                  ≥ 100%: met
`, "\n")
	if diff := cmp.Diff(squeeze(want), squeeze(text.String())); diff != "" {
		t.Error(diff)
	}
}

func TestCapacities(t *testing.T) {
	p := report{Rows: []reportRow{
		{Key: "ingest.new.cpu", Values: map[string]reportValue{nameTocsin: {Median: 10}, namePeer: {Median: 40}}},
		{Key: "ingest.repeated.cpu"},
		{Key: "ingest.new.rate", Values: map[string]reportValue{nameTocsin: {Median: 9}}},
		{Key: "memory-alone.resident", Values: map[string]reportValue{nameTocsin: {Median: 2048}}},
	}}
	want := grid{
		{"", nameTocsin, namePeer},
		{"a core: new alerts", "100k/s", "25.0k/s"},
		{"a GiB: alerts held, one group each", "524k", ""},
	}
	if diff := cmp.Diff(want, p.capacities()); diff != "" {
		t.Error(diff)
	}
}

// A capacity without its row would silently be missing.
func TestCapacitiesAreMeasured(t *testing.T) {
	rows := map[string]bool{}
	for _, s := range scenarios() {
		for _, r := range s.rows {
			rows[r.key] = true
		}
	}
	for _, c := range capacities() {
		if !rows[c.key] {
			t.Errorf("no scenario measures %s", c.key)
		}
	}
}

// squeeze makes one space of many: how wide columns are is not what is tested.
func squeeze(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}
