package main

import "fmt"

// goal is what a row must reach.
type goal struct {
	kind  goalKind
	bound float64
}

type goalKind int

const (
	noGoal      goalKind = iota
	timesPeer            // at least so many times the peer's value
	shareOfPeer          // at most such a share of the peer's value
	atMost               // at most so much
	atLeast              // at least so much
	beatsFloor           // better than the floor
)

// text says the goal in the unit of its row.
func (g goal) text(u unit) string {
	switch g.kind {
	case timesPeer:
		return fmt.Sprintf("≥ %g × peer", g.bound)
	case shareOfPeer:
		return fmt.Sprintf("≤ 1/%g of peer", 1/g.bound)
	case atMost:
		return "≤ " + u.format(g.bound)
	case atLeast:
		return "≥ " + u.format(g.bound)
	case beatsFloor:
		return "better than floor"
	case noGoal:
	}
	return ""
}

// verdict is what became of a goal.
type verdict string

const (
	met     verdict = "met"
	missed  verdict = "MISSED"
	unknown verdict = "unknown" // something was not measured
	none    verdict = ""
)

// medians are the values of a row; what was not measured is missing.
type medians map[string]float64

// judge says whether a row has reached the goal.
func (g goal) judge(m medians, higherIsBetter bool) verdict {
	ours, measured := m[nameTocsin]
	peer, compared := m[namePeer]
	floor, floored := m[nameFloor]
	var good bool
	switch g.kind {
	case noGoal:
		return none
	case timesPeer:
		measured, good = measured && compared, ours >= g.bound*peer
	case shareOfPeer:
		measured, good = measured && compared, ours <= g.bound*peer
	case atMost:
		good = ours <= g.bound
	case atLeast:
		good = ours >= g.bound
	case beatsFloor:
		measured, good = measured && floored, ours < floor
		if higherIsBetter {
			good = ours > floor
		}
	}
	switch {
	case !measured:
		return unknown
	case good:
		return met
	default:
		return missed
	}
}
