package ctl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// checkReport is what is known of a file.
type checkReport struct {
	File     string         `json:"file"`
	Valid    bool           `json:"valid"`
	Problems []checkProblem `json:"problems"`
	Warnings []string       `json:"warnings"`
	Found    *checkFound    `json:"found,omitempty"` // nil: the file could not be read as a configuration
	// TemplatesFailed says that the problems are those of templates.
	TemplatesFailed bool `json:"-"`
	// Strict are warnings that count as problems; they are among those as well.
	Strict []string `json:"-"`
	// Diff is what a daemon would change; nil: nobody asked.
	Diff *configDiff `json:"diff,omitempty"`
}

// checkProblem is one thing that is wrong.
type checkProblem struct {
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`

	text string
}

// checkFound counts what a file has.
type checkFound struct {
	InhibitRules int `json:"inhibitRules"`
	Receivers    int `json:"receivers"`
	Templates    int `json:"templates"`
}

// fail adds what is wrong, each problem by itself.
func (r *checkReport) fail(err error) {
	r.Valid = false
	placed, ok := errors.AsType[yamlx.Errors](err)
	if !ok {
		r.Problems = append(r.Problems, checkProblem{Message: err.Error(), text: err.Error()})
		return
	}
	for _, p := range placed {
		r.Problems = append(r.Problems, checkProblem{p.Path, p.Line, p.Err.Error(), p.Error()})
	}
}

// failOnWarnings makes mistakes of the warnings.
func (r *checkReport) failOnWarnings() {
	for _, warning := range r.Warnings {
		r.Valid = false
		r.Problems = append(r.Problems, checkProblem{Message: warning, text: warning})
	}
	r.Strict, r.Warnings = r.Warnings, []string{}
}

// text is the report for people.
func (c *checkConfig) text(r *checkReport) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Checking '%s'  ", r.File)
	if r.Found == nil {
		c.writeResult(&b, r.Problems)
	} else {
		c.writeResult(&b, nil)
		fmt.Fprintf(&b, "Found:\n - global config\n - route\n - %d inhibit rules\n - %d receivers\n - %d templates\n",
			r.Found.InhibitRules, r.Found.Receivers, r.Found.Templates)
		if r.Found.Templates > 0 || r.TemplatesFailed {
			b.WriteString("  ")
			c.writeResult(&b, r.Problems[:len(r.Problems)-len(r.Strict)])
		}
	}
	for _, problem := range r.Strict {
		fmt.Fprintf(&b, "  %s %s\n", c.paint(red, "ERROR:"), problem)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "  %s %s\n", c.paint(yellow, "WARNING:"), warning)
	}
	b.WriteByte('\n')
	if r.Diff != nil {
		c.writeDiff(&b, r.Diff)
	}
	return b.String()
}

// writeResult ends a line with what came of a check: one problem stands on it, several
// below it.
func (c *checkConfig) writeResult(b *strings.Builder, problems []checkProblem) {
	switch len(problems) {
	case 0:
		b.WriteString(c.paint(green, "SUCCESS") + "\n")
		return
	case 1:
		b.WriteString(c.paint(red, "FAILED:") + " " + problems[0].text + "\n")
		return
	}
	fmt.Fprintf(b, "%s %d problems\n", c.paint(red, "FAILED:"), len(problems))
	for _, p := range problems {
		b.WriteString("    " + p.text + "\n")
	}
}
