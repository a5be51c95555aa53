package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// growthReport is what -growth -json writes.
type growthReport struct {
	Time     time.Time   `json:"time"`
	Machine  machine     `json:"machine"`
	Quick    bool        `json:"quick"`
	Version  string      `json:"version"`
	Rows     []growthRow `json:"rows"`
	Skipped  []string    `json:"skipped,omitempty"` // for want of time
	Failures []string    `json:"failures,omitempty"`
}

type growthRow struct {
	Story    string  `json:"story"`
	Key      string  `json:"key"`
	Label    string  `json:"label"`
	Unit     unit    `json:"unit"`
	Curve    curve   `json:"curve"`
	Expected float64 `json:"expected_exponent"`
	Reason   string  `json:"reason"`
	Verdict  verdict `json:"verdict"`
}

// with adds a point.
func (c curve) with(size int, cost float64) curve {
	c.Sizes = append(c.Sizes, float64(size))
	c.Costs = append(c.Costs, cost)
	return c
}

// add puts the curves of a story, by the keys of its laws, into the report.
func (p *growthReport) add(s story, curves map[string]curve) {
	for _, l := range s.laws {
		c := curves[l.key].fit()
		p.Rows = append(p.Rows, growthRow{
			Story: s.name, Key: l.key, Label: l.label, Unit: l.unit,
			Curve: c, Expected: l.most, Reason: l.reason, Verdict: l.judge(c),
		})
	}
}

// write writes on what it was measured, the table, and what is not in it.
func (p *growthReport) write(w io.Writer, style style) error {
	facts := grid{{nameTocsin, p.Version}, {"machine", p.Machine.String()}, {"cost", "processor time of tocsin, or its memory"}}
	if err := style.facts(w, facts); err != nil {
		return err
	}
	if err := style.table(w, p.grid()); err != nil {
		return err
	}
	if len(p.Skipped) > 0 {
		_, err := fmt.Fprintf(w, "\nNo time was left for %s.\n", strings.Join(p.Skipped, "; "))
		return err
	}
	return nil
}

// grid has a column for each size, and the rows that were measured.
func (p *growthReport) grid() grid {
	sizes := p.sizes()
	head := []string{"cost"}
	for _, size := range sizes {
		head = append(head, "at "+shortSize(size))
	}
	g := grid{append(head, "exponent", "last step", "expected", "verdict", "since")}
	for _, r := range p.Rows {
		if len(r.Curve.Sizes) == 0 {
			continue
		}
		line := []string{fmt.Sprintf("%s: %s", r.Story, r.Label)}
		for _, size := range sizes {
			line = append(line, r.cell(size))
		}
		g = append(g, append(line, exponent(r.Curve.Fitted), exponent(r.Curve.Last), fmt.Sprintf("≤ %g", r.Expected), string(r.Verdict), r.Reason))
	}
	return g
}

// sizes returns all sizes of all rows.
func (p *growthReport) sizes() []float64 {
	var all []float64
	for _, r := range p.Rows {
		all = append(all, r.Curve.Sizes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// shortSize writes a size with its thousands as k and its millions as M.
func shortSize(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%gM", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%gk", n/1e3)
	default:
		return fmt.Sprintf("%g", n)
	}
}

// cell writes the cost at one size.
func (r growthRow) cell(size float64) string {
	i := slices.Index(r.Curve.Sizes, size)
	if i < 0 {
		return ""
	}
	return r.Unit.format(r.Curve.Costs[i])
}

// exponent writes one with its sign, since less than nothing is usual: what is fixed
// is shared by more.
func exponent(e *float64) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%+.2f", *e)
}
