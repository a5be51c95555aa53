package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// growth measures how the costs of tocsin grow with what it holds.
type growth struct {
	options
	subject subject
	dir     string // of what is stored
	report  growthReport
}

// growth plays the stories, writes the table to the standard output, and fails if a
// run has failed. That a cost grows too fast is no failure. When it is interrupted it
// writes what it has.
func (o options) growth(ctx context.Context) error {
	subject, err := findSubject(ctx, nameTocsin, o.tocsin)
	if err != nil {
		return fmt.Errorf("%w; make build", err)
	}
	return o.inDir(func(dir string) error {
		g := &growth{options: o, subject: subject, dir: dir}
		for _, s := range o.stories {
			g.play(ctx, s)
		}
		return errors.Join(ctx.Err(), g.tell(context.WithoutCancel(ctx)))
	})
}

// inDir calls f with a directory that is removed afterwards.
func (o options) inDir(f func(dir string) error) (err error) {
	dir, err := os.MkdirTemp(o.dir, "tocsin-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return f(dir)
}

// play measures a story at one size after the other, within its budget.
func (g *growth) play(ctx context.Context, s story) {
	sizes, budget := s.plan(g.quick)
	within, stop := context.WithTimeout(ctx, budget)
	defer stop()
	end, took := time.Now().Add(budget), time.Duration(0)
	curves := map[string]curve{}
	for i, size := range sizes {
		start := time.Now()
		if end.Sub(start) < took { // it takes no less than the size before it
			g.skip(s, sizes[i:])
			break
		}
		values, err := g.run(within, s, size)
		if err != nil {
			g.stopped(within, s, sizes[i:], err)
			break
		}
		took = time.Since(start)
		fmt.Fprintf(os.Stderr, "%s at %s: %.1fs\n", s.name, shortSize(float64(size)), took.Seconds())
		for key, value := range values {
			curves[key] = curves[key].with(size, value)
		}
	}
	g.report.add(s, curves)
}

// stopped keeps for the end why a story went no further.
func (g *growth) stopped(within context.Context, s story, sizes []int, err error) {
	if within.Err() != nil {
		g.skip(s, sizes)
		return
	}
	g.report.Failures = append(g.report.Failures, fmt.Sprintf("%s at %s: %s", s.name, shortSize(float64(sizes[0])), err))
}

// skip says which sizes there was no time for.
func (g *growth) skip(s story, sizes []int) {
	var texts []string
	for _, size := range sizes {
		texts = append(texts, shortSize(float64(size)))
	}
	g.report.Skipped = append(g.report.Skipped, fmt.Sprintf("%s at %s", s.name, strings.Join(texts, ", ")))
}

// run measures one size with a fresh process, and cleans up behind it.
func (g *growth) run(ctx context.Context, s story, size int) (values map[string]float64, err error) {
	r, err := newRun(ctx, g.subject, g.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.quick = g.quick
	return r.values, s.run(ctx, r, size)
}

// tell writes what was measured.
func (g *growth) tell(ctx context.Context) (err error) {
	p := &g.report
	p.Time, p.Quick, p.Version = time.Now(), g.quick, g.subject.version
	if p.Machine, err = look(ctx, g.dir); err != nil {
		return err
	}
	if err := p.write(os.Stdout, g.style()); err != nil {
		return err
	}
	if g.json != "" {
		if err := save(g.json, grown{p}); err != nil {
			return err
		}
	}
	if len(p.Failures) > 0 {
		return fmt.Errorf("%d runs failed:\n%s", len(p.Failures), strings.Join(p.Failures, "\n"))
	}
	return nil
}
