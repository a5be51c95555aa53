package stat_test

import (
	"math"
	"testing"

	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

func TestExponent(t *testing.T) {
	for _, c := range []struct {
		name         string
		sizes, costs []float64
		all, last    float64
		ok, lastOK   bool
	}{
		{"nothing", nil, nil, 0, 0, false, false},
		{"one point", []float64{10}, []float64{3}, 0, 0, false, false},
		{"one size twice", []float64{10, 10}, []float64{3, 4}, 0, 0, false, false},
		{"flat", []float64{1, 10, 100}, []float64{7, 7, 7}, 0, 0, true, true},
		{"linear", []float64{1, 10, 100}, []float64{2, 20, 200}, 1, 1, true, true},
		{"square", []float64{2, 4, 8}, []float64{4, 16, 64}, 2, 2, true, true},
		{"falling", []float64{1, 100}, []float64{10, 1}, -0.5, -0.5, true, true},
		{"late", []float64{1, 10, 100}, []float64{1, 1, 10}, 0.5, 1, true, true},
		{"around the line", []float64{1, 10, 100, 1000}, []float64{2, 10, 100, 500}, 0.81938, 0.69897, true, true},
		{"no cost is left out", []float64{1, 10, 100}, []float64{0, 5, 50}, 1, 1, true, true},
		{"no cost at the end", []float64{1, 10, 100}, []float64{5, 50, 0}, 1, 0, true, false},
		{"fewer costs than sizes", []float64{1, 10, 100}, []float64{1, 10}, 1, 1, true, true},
	} {
		all, ok := stat.Exponent(c.sizes, c.costs)
		if math.Abs(all-c.all) > 1e-4 || ok != c.ok {
			t.Errorf("%s: exponent %v, %v; want %v, %v", c.name, all, ok, c.all, c.ok)
		}
		last, ok := stat.LastExponent(c.sizes, c.costs)
		if math.Abs(last-c.last) > 1e-4 || ok != c.lastOK {
			t.Errorf("%s: last exponent %v, %v; want %v, %v", c.name, last, ok, c.last, c.lastOK)
		}
	}
}
