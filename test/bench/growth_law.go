package main

import "github.com/tocsin-alerting/tocsin/test/bench/stat"

// law says how one cost may grow with one size.
type law struct {
	key    string // under which runs record it
	label  string
	unit   unit
	most   float64 // the highest exponent: 0 if the cost may not depend on the size, 1 if it may be proportional
	reason string  // why just that
}

// How far an exponent may be above the expected one. Over a large heap each look
// misses the processor's caches more often, which is a factor of 1.4 for ten times
// the size. The last step alone has two points, so what disturbed one of them counts
// more: a factor of 2.
const (
	slack     = 0.15
	lastSlack = 0.3
)

// curve is what a law was measured to be.
type curve struct {
	Sizes  []float64 `json:"sizes"`
	Costs  []float64 `json:"costs"`
	Fitted *float64  `json:"exponent,omitempty"`      // nil: there are fewer than two sizes
	Last   *float64  `json:"last_exponent,omitempty"` // of the last two sizes
}

// fit adds the exponents.
func (c curve) fit() curve {
	if e, ok := stat.Exponent(c.Sizes, c.Costs); ok {
		c.Fitted = &e
	}
	if e, ok := stat.LastExponent(c.Sizes, c.Costs); ok {
		c.Last = &e
	}
	return c
}

// judge says whether a cost grows no faster than it may: neither on the whole nor
// where it is largest, since what is fixed hides at small sizes what grows.
func (l law) judge(c curve) verdict {
	switch {
	case c.Fitted == nil || c.Last == nil:
		return unknown
	case *c.Fitted <= l.most+slack && *c.Last <= l.most+lastSlack:
		return met
	default:
		return missed
	}
}
