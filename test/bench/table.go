package main

import (
	"fmt"
	"strings"
)

// grid has the rows that were measured: for each subject the median and how far the
// runs lay apart, the ratio, and the goals.
func (p report) grid() grid {
	g := grid{{"", "tocsin", "peer", "tocsin/peer", "floor", "durable floor", "goal"}}
	for _, row := range p.Rows {
		if len(row.Values) == 0 {
			continue
		}
		g = append(g, []string{
			fmt.Sprintf("%s: %s", row.Scenario, row.Label), row.cell(nameTocsin), row.cell(namePeer), row.ratio(),
			row.cell(nameFloor), row.cell(nameDurable), goalCell(row.Goals),
		})
	}
	return g
}

// cell writes the value of one subject.
func (r reportRow) cell(name string) string {
	v, measured := r.Values[name]
	if !measured {
		return ""
	}
	text := r.Unit.format(v.Median)
	if len(v.Runs) > 1 {
		text += fmt.Sprintf(" ±%.0f%%", 100*v.Spread)
	}
	return text
}

// ratio writes what tocsin's value is in terms of the peer's.
func (r reportRow) ratio() string {
	ours, measured := r.Values[nameTocsin]
	peer, compared := r.Values[namePeer]
	switch {
	case !measured || !compared || peer.Median <= 0 || ours.Median < 0:
		return ""
	case ours.Median >= peer.Median || ours.Median == 0:
		return fmt.Sprintf("%s ×", digits(ours.Median/peer.Median))
	default:
		return "1/" + digits(peer.Median/ours.Median)
	}
}

func goalCell(goals []judged) string {
	var texts []string
	for _, g := range goals {
		texts = append(texts, fmt.Sprintf("%s: %s", g.Goal, g.Verdict))
	}
	return strings.Join(texts, "; ")
}
