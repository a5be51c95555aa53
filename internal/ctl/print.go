package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// The values of --output.
const (
	simple   = "simple"
	extended = "extended"
	asJSON   = "json"
)

// speaksJSON reports whether a command prints JSON that amtool has no JSON for.
// Scripts that call amtool with a default of json expect text from those.
func (t *tool) speaksJSON() bool { return t.output == asJSON && t.name != oldName }

// printJSON prints a value on one line.
func (t *tool) printJSON(v any) error {
	if err := json.NewEncoder(t.Out).Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// print prints text.
func (t *tool) print(text string) error {
	if _, err := io.WriteString(t.Out, text); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// warn tells of something that is probably not meant.
func (t *tool) warn(text string) {
	fmt.Fprintf(t.Err, "%s %s\n", paint(t.ErrTerminal && t.Colours, yellow, "Warning:"), text)
}

// date prints a time as --date.format wants it, with the offset that it has.
func (t *tool) date(at client.Time) string { return at.Format(t.dateFormat) }

// colour is an escape sequence of terminals.
type colour string

const (
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	reset         = "\x1b[0m"
)

func paint(really bool, c colour, text string) string {
	if !really {
		return text
	}
	return string(c) + text + reset
}

// paint colours what goes to standard output, if that is a terminal.
func (t *tool) paint(c colour, text string) string {
	return paint(t.OutTerminal && t.Colours, c, text)
}

// table is lines with columns. The first line has the titles.
type table struct {
	rows [][]string
	// ragged says that there are no blanks at the end of a line.
	ragged bool
	// colour gives what stands in a column another look; nil: none has one.
	colour func(column int, cell string) (colour, bool)
}

func newTable(titles ...string) *table { return &table{rows: [][]string{titles}} }

func (l *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = printable(cell)
	}
	l.rows = append(l.rows, cells)
}

// printable keeps texts that come from elsewhere on their line, and away from the
// controls of the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// printTable prints a table.
func (t *tool) printTable(l *table) error { return t.print(t.tableText(l)) }

// tableText is a table as a text: every cell with as many blanks behind it as its column
// needs, and two more.
func (t *tool) tableText(l *table) string {
	var text strings.Builder
	widths := l.widths()
	for i, row := range l.rows {
		for column, cell := range row {
			shown := cell
			if i > 0 && l.colour != nil {
				if c, ok := l.colour(column, cell); ok {
					shown = t.paint(c, cell)
				}
			}
			text.WriteString(shown)
			if column < len(row)-1 || !l.ragged {
				text.WriteString(strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell)+2))
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}

func (l *table) widths() []int {
	widths := make([]int, len(l.rows[0]))
	for _, row := range l.rows {
		for column, cell := range row {
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// given is a time that a flag has, nil if the flag is not there.
func given(at time.Time) *client.Time {
	if at.IsZero() {
		return nil
	}
	return &client.Time{Time: at}
}
