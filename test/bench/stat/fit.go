package stat

import "math"

// Exponent returns the e for which sizeᵉ, times a constant, comes closest to the
// costs: the slope of the straight line through their logarithms, by least squares.
// It is 0 where a cost does not depend on the size and 1 where twice as much costs
// twice as much. Points that have no logarithm are left out. Without two different
// sizes there is no exponent, and ok is false.
func Exponent(sizes, costs []float64) (e float64, ok bool) {
	xs, ys := logarithms(sizes, costs)
	x, y := mean(xs), mean(ys)
	var above, below float64
	for i := range xs {
		above += (xs[i] - x) * (ys[i] - y)
		below += (xs[i] - x) * (xs[i] - x)
	}
	if below == 0 {
		return 0, false
	}
	return above / below, true
}

// LastExponent is the Exponent of the last two points: what comes next is more like
// it than like the beginning, where what is fixed hides what grows.
func LastExponent(sizes, costs []float64) (e float64, ok bool) {
	n := min(len(sizes), len(costs))
	from := max(0, n-2)
	return Exponent(sizes[from:n], costs[from:n])
}

func logarithms(sizes, costs []float64) (xs, ys []float64) {
	for i := range min(len(sizes), len(costs)) {
		if sizes[i] > 0 && costs[i] > 0 {
			xs, ys = append(xs, math.Log(sizes[i])), append(ys, math.Log(costs[i]))
		}
	}
	return xs, ys
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(len(values), 1))
}
