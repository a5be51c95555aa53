package main

import (
	"fmt"
	"io"
	"time"

	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

// report is what -json writes.
type report struct {
	Time      time.Time         `json:"time"`
	Machine   machine           `json:"machine"`
	Quick     bool              `json:"quick"`
	Subjects  map[string]string `json:"subjects"` // versions by name
	Rows      []reportRow       `json:"rows"`
	Failures  []string          `json:"failures,omitempty"`
	Scenarios []string          `json:"scenarios"`
}

type reportRow struct {
	Scenario string                 `json:"scenario"`
	Key      string                 `json:"key"`
	Label    string                 `json:"label"`
	Unit     unit                   `json:"unit"` // MiB and KiB are shown; values are in bytes
	Values   map[string]reportValue `json:"values"`
	Goals    []judged               `json:"goals,omitempty"`
}

type reportValue struct {
	Runs   []float64 `json:"runs"`
	Median float64   `json:"median"`
	Spread float64   `json:"spread"`
}

// newReport puts results into the order of the scenarios.
func newReport(scenarios []scenario, r *results) report {
	p := report{Time: time.Now(), Subjects: map[string]string{}}
	for _, s := range scenarios {
		p.Scenarios = append(p.Scenarios, s.name)
		for _, row := range s.rows {
			p.Rows = append(p.Rows, newReportRow(s.name, row, r))
		}
	}
	return p
}

func newReportRow(scenario string, row row, r *results) reportRow {
	out := reportRow{
		Scenario: scenario, Key: row.key, Label: row.label, Unit: row.unit,
		Values: map[string]reportValue{}, Goals: r.judge(row),
	}
	for name, runs := range r.values[row.key] {
		out.Values[name] = reportValue{Runs: runs, Median: stat.Median(runs), Spread: stat.Spread(runs)}
	}
	return out
}

// write writes on what it was measured, the table, and what a core and a GiB are
// good for.
func (p report) write(w io.Writer, style style) error {
	var facts grid
	for _, name := range []string{nameTocsin, namePeer, nameFloor, nameDurable} {
		if version, measured := p.Subjects[name]; measured {
			facts = append(facts, []string{name, version})
		}
	}
	facts = append(facts, []string{"machine", p.Machine.String()}, []string{"runs", fmt.Sprintf("%d, median ± half of the range", p.runs())})
	if err := style.facts(w, facts); err != nil {
		return err
	}
	if err := style.table(w, p.grid()); err != nil {
		return err
	}
	capacities := p.capacities()
	if len(capacities) < 2 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return style.table(w, capacities)
}

// runs returns how often each scenario was played.
func (p report) runs() int {
	most := 0
	for _, row := range p.Rows {
		for _, v := range row.Values {
			most = max(most, len(v.Runs))
		}
	}
	return most
}
