package stat_test

import (
	"math"
	"testing"

	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestQuantile(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for _, c := range []struct {
		values  []float64
		q, want float64
	}{
		{nil, 0.5, math.NaN()},
		{[]float64{7}, 0.99, 7},
		{[]float64{7}, 0, 7},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{3, 1, 2}, 1, 3},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 0.999, 100},
	} {
		if got := stat.Quantile(c.values, c.q); !same(got, c.want) {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.values, c.q, got, c.want)
		}
	}
	if hundred[0] != 100 {
		t.Error("Quantile has sorted the values of its caller")
	}
}

func TestMedianAndSpread(t *testing.T) {
	for _, c := range []struct {
		values         []float64
		median, spread float64
	}{
		{nil, math.NaN(), 0},
		{[]float64{4}, 4, 0},
		{[]float64{6, 2}, 4, 0.5},
		{[]float64{10, 8, 14}, 10, 0.3},
		{[]float64{-1, 1}, 0, 0},
		{[]float64{1, 4, 2, 3}, 2.5, 0.6},
	} {
		if got := stat.Median(c.values); !same(got, c.median) {
			t.Errorf("Median(%v) = %v, want %v", c.values, got, c.median)
		}
		if got := stat.Spread(c.values); !same(got, c.spread) {
			t.Errorf("Spread(%v) = %v, want %v", c.values, got, c.spread)
		}
	}
}
