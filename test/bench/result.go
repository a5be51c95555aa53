package main

import (
	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

// results are what was measured, by row and by subject.
type results struct {
	values map[string]map[string][]float64 // by key of the row and name of the subject
}

func newResults() *results { return &results{values: map[string]map[string][]float64{}} }

// add records one run of a subject.
func (r *results) add(name string, values map[string]float64) {
	for key, value := range values {
		if r.values[key] == nil {
			r.values[key] = map[string][]float64{}
		}
		r.values[key][name] = append(r.values[key][name], value)
	}
}

// medians returns the medians of a row, for the subjects that were measured.
func (r *results) medians(key string) medians {
	m := medians{}
	for name, values := range r.values[key] {
		m[name] = stat.Median(values)
	}
	return m
}

// judged is a goal and what became of it.
type judged struct {
	Goal    string  `json:"goal"`
	Verdict verdict `json:"verdict"`
}

func (r *results) judge(row row) []judged {
	var all []judged
	for _, g := range row.goals {
		all = append(all, judged{Goal: g.text(row.unit), Verdict: g.judge(r.medians(row.key), row.higher)})
	}
	return all
}
