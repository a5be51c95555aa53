package template

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxOutput is the number of bytes that one template may produce. An endless
// loop must not eat the memory of the daemon.
const maxOutput = 16 << 20

var (
	errOutput = fmt.Errorf("output is longer than %d bytes", maxOutput)
	errPanic  = errors.New("template panicked")
)

// labelsFunc is the name of the function that looks up a route label.
const labelsFunc = "routeLabels"

// labelLookup returns the value of a route label, "" if there is none.
type labelLookup func(name string) (string, error)

// Text renders a text with text/template: nothing is escaped. An empty text
// is empty without execution.
func (s *Set) Text(text Text, d *Data) (string, error) {
	if text.Plain() {
		return string(text), nil
	}
	b, err := s.takeBench()
	if err != nil {
		return "", err
	}
	defer s.putBench(b)
	b.labels = labelsOf(d)
	return b.render(text, d)
}

// HTML renders a text with html/template: values are escaped for the place
// they stand in. An empty text is empty without execution.
func (s *Set) HTML(text Text, d *Data) (string, error) {
	if text == "" {
		return "", nil
	}
	p, err := s.takePage(text)
	if err != nil {
		return "", err
	}
	defer s.putPage(text, p)
	p.labels = labelsOf(d)
	return execute(p.template, d)
}

// Check parses a text and reports what is wrong with it. It does not render,
// so a field or template that does not exist goes unnoticed.
func (s *Set) Check(text Text) error {
	if text.Plain() {
		return nil
	}
	b, err := s.takeBench()
	if err != nil {
		return err
	}
	defer s.putBench(b)
	_, err = b.field(text)
	return err
}

// Plain reports whether a text has no actions and so renders to itself.
func (t Text) Plain() bool { return !strings.Contains(string(t), "{{") }

func labelsOf(d *Data) labelLookup {
	return func(name string) (string, error) {
		if d == nil {
			return "", nil
		}
		return d.RouteLabels[name], nil
	}
}

// executor is what text and HTML templates have in common.
type executor interface {
	Execute(w io.Writer, data any) error
}

// execute runs a template. Nothing that a template or a value does may take
// the daemon down, so panics come back as errors.
func execute(t executor, d *Data) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			text, err = "", fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	var out output
	if err := t.Execute(&out, d); err != nil {
		return "", err
	}
	return out.text.String(), nil
}

// output collects what a template writes, up to maxOutput.
type output struct {
	text strings.Builder
}

// Write fails when the output gets too long, which ends the execution.
func (o *output) Write(p []byte) (int, error) {
	if o.text.Len()+len(p) > maxOutput {
		return 0, errOutput
	}
	return o.text.Write(p)
}
