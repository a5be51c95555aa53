package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// grid is a table as texts, line by line. The first line is its head.
type grid [][]string

// style is how a grid is written.
type style struct {
	markdown bool // as Markdown, and not in columns for a terminal
}

// table writes a grid.
func (s style) table(w io.Writer, g grid) error {
	if !s.markdown {
		return g.columns(w)
	}
	if len(g) == 0 {
		return nil
	}
	rule := slices.Repeat([]string{"---"}, len(g[0]))
	for _, line := range slices.Concat(g[:1], grid{rule}, g[1:]) {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(escaped(line), " | ")); err != nil {
			return err
		}
	}
	return nil
}

// facts writes lines of a name and what it stands for, and an empty line.
func (s style) facts(w io.Writer, g grid) error {
	if !s.markdown {
		if err := g.columns(w); err != nil {
			return err
		}
	}
	for _, line := range g {
		if !s.markdown {
			break
		}
		if _, err := fmt.Fprintf(w, "- %s\n", strings.Join(line, ": ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (g grid) columns(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range g {
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

// escaped keeps what separates cells of Markdown out of the cells.
func escaped(line []string) []string {
	var out []string
	for _, cell := range line {
		out = append(out, strings.ReplaceAll(cell, "|", `\|`))
	}
	return out
}
