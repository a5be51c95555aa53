package main

import (
	"fmt"
	"math"
)

// row is one thing that a scenario measures.
type row struct {
	key    string // under which runs record it
	label  string
	unit   unit
	higher bool // whether more is better
	goals  []goal
}

// unit is what values are measured in; it knows how they are written.
type unit string

const (
	perSecond    unit = "/s"
	microseconds unit = "µs"
	milliseconds unit = "ms"
	mebibytes    unit = "MiB" // values are bytes
	kibibytes    unit = "KiB" // values are bytes
	count        unit = ""
	percent      unit = "%" // values are shares
)

// format writes a value with its unit, with three digits that count.
func (u unit) format(v float64) string {
	switch u {
	case mebibytes:
		v /= 1 << 20
	case kibibytes:
		v /= 1 << 10
	case percent:
		v *= 100
	case perSecond, microseconds, milliseconds, count:
	}
	text := digits(v)
	if u == perSecond || u == percent || u == count {
		return text + string(u)
	}
	return text + " " + string(u)
}

// digits writes a value with three digits that count, and thousands as k.
func digits(v float64) string {
	switch size := math.Abs(v); {
	case size >= 100_000:
		return fmt.Sprintf("%.0fk", v/1000)
	case size >= 10_000:
		return fmt.Sprintf("%.1fk", v/1000)
	case size >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case size >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
