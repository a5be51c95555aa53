// Package stat has the few statistics that the load program needs.
package stat

import (
	"math"
	"slices"
)

// Quantile returns the value below which the share q (0 to 1) of the values lies,
// by nearest rank, or NaN if there are none. The values stay as they are.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// Median returns the middle of the values, or the mean of the two in the middle,
// or NaN if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Spread returns how far the values lie apart: half of the distance between the
// smallest and the largest as a share of the median; 0 for fewer than two values or
// a median of 0.
func Spread(values []float64) float64 {
	median := Median(values)
	if len(values) < 2 || median == 0 {
		return 0
	}
	return (slices.Max(values) - slices.Min(values)) / 2 / math.Abs(median)
}
