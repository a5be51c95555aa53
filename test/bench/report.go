package main

import (
	"encoding/json"
	"os"
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

// save writes the report to a file.
func (p report) save(path string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
