package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// table is a report of whatever sort.
type table interface {
	write(w io.Writer, style style) error
}

// grown is what -growth -json writes; without -growth it is a report alone.
type grown struct {
	Growth *growthReport `json:"growth"`
}

// save writes a report to a file.
func save(path string, report any) error {
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// parseSaved returns the report that save has written.
func parseSaved(text []byte) (table, error) {
	var g grown
	if err := json.Unmarshal(text, &g); err != nil {
		return nil, err
	}
	if g.Growth != nil {
		return g.Growth, nil
	}
	var p report
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, err
	}
	if len(p.Rows) == 0 {
		return nil, errors.New("there is no report in it")
	}
	return p, nil
}

func readSaved(path string) (table, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	report, err := parseSaved(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

// showSaved writes the table of an earlier execution.
func (o options) showSaved() error {
	report, err := readSaved(o.show)
	if err != nil {
		return err
	}
	return report.write(os.Stdout, o.style())
}

func (o options) style() style { return style{markdown: o.markdown} }
