package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// bench is one execution of the program.
type bench struct {
	options
	subjects []subject // tocsin first
	floors   []subject
	results  *results
	failures []string
	dir      string // removed at the end
}

// bench measures, writes the table to the standard output, and fails if a run has
// failed. That a goal is missed is no failure. When it is interrupted it writes what
// it has.
func (o options) bench(ctx context.Context) error {
	b := &bench{options: o, results: newResults()}
	if err := b.findSubjects(ctx); err != nil {
		return err
	}
	if o.profiles != "" {
		if err := os.MkdirAll(o.profiles, 0o755); err != nil {
			return err
		}
	}
	return o.inDir(func(dir string) error {
		b.dir = dir
		for _, s := range o.scenarios {
			if err := b.play(ctx, s); err != nil {
				return errors.Join(err, b.tell(context.WithoutCancel(ctx)))
			}
		}
		return b.tell(ctx)
	})
}

// findSubjects looks for the programs. Without a peer only tocsin is measured.
func (b *bench) findSubjects(ctx context.Context) error {
	ours, err := findSubject(ctx, nameTocsin, b.tocsin)
	if err != nil {
		return fmt.Errorf("%w; make build", err)
	}
	b.subjects = []subject{ours}
	if b.peer != "" {
		peer, err := findSubject(ctx, namePeer, b.peer)
		if err != nil {
			return fmt.Errorf("%w; PEER=/path/to/alertmanager, or PEER= for none", err)
		}
		b.subjects = append(b.subjects, peer)
	}
	self, err := os.Executable()
	b.floors = floors(self)
	return err
}

// play runs a scenario with every subject in turn, as often as asked, and twice more
// for profiles.
func (b *bench) play(ctx context.Context, s scenario) error {
	subjects := b.subjects
	if s.floor {
		subjects = slices.Concat(subjects, b.floors)
	}
	took := map[string]time.Duration{}
	for i := range b.runs {
		for _, subject := range alternate(subjects, i) {
			if err := b.playOnce(ctx, s, subject, took); err != nil {
				return err
			}
		}
	}
	if b.profiles == "" {
		return nil
	}
	ours := b.subjects[0]
	_, err := b.run(ctx, s, ours, &profiler{dir: b.profiles, scenario: s.name, took: took})
	if err == nil {
		_, err = b.run(ctx, s, waiting(ours), &profiler{dir: b.profiles, scenario: s.name, waits: true})
	}
	return b.fail(ctx, err)
}

// alternate returns the subjects in the order of run i: every second run goes the
// other way, so that none always profits from what came before it.
func alternate(subjects []subject, i int) []subject {
	order := slices.Clone(subjects)
	if i%2 == 1 {
		slices.Reverse(order)
	}
	return order
}

// playOnce makes one run and keeps its results.
func (b *bench) playOnce(ctx context.Context, s scenario, subject subject, took map[string]time.Duration) error {
	start := time.Now()
	done, err := b.run(ctx, s, subject, nil)
	if err != nil {
		return b.fail(ctx, err)
	}
	b.results.add(subject.name, done.values)
	if subject.pprof {
		for phase, d := range done.took {
			took[phase] = max(took[phase], d)
		}
	}
	fmt.Fprintf(os.Stderr, "%s with %s: %.1fs\n", s.name, subject.name, time.Since(start).Seconds())
	return nil
}

// fail keeps the error of a run for the end, so that the others go on. It returns an
// error only if they cannot, because all of it is interrupted.
func (b *bench) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		b.failures = append(b.failures, err.Error())
		fmt.Fprintln(os.Stderr, err)
	}
	return nil
}

// longest is how long a run may take; a hung program must not stop the others.
const longest = 10 * time.Minute

// run makes one run and cleans up behind it.
func (b *bench) run(ctx context.Context, s scenario, subject subject, f *profiler) (done *run, err error) {
	ctx, stop := context.WithTimeout(ctx, longest)
	defer stop()
	r, err := newRun(ctx, subject, b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	r.quick, r.profiler = b.quick, f
	if err := s.run(ctx, r); err != nil {
		return r, fmt.Errorf("%s with %s: %w", s.name, subject.name, err)
	}
	return r, nil
}

// tell writes what was measured.
func (b *bench) tell(ctx context.Context) (err error) {
	p := newReport(b.scenarios, b.results)
	p.Quick, p.Failures = b.quick, b.failures
	if p.Machine, err = look(ctx, b.dir); err != nil {
		return err
	}
	for _, s := range slices.Concat(b.subjects, b.floors) {
		if s.floor && !slices.ContainsFunc(b.scenarios, func(s scenario) bool { return s.floor }) {
			continue
		}
		p.Subjects[s.name] = s.version
	}
	if err := p.write(os.Stdout, b.style()); err != nil {
		return err
	}
	if b.json != "" {
		if err := save(b.json, p); err != nil {
			return err
		}
	}
	if len(b.failures) > 0 {
		return fmt.Errorf("%d runs failed:\n%s", len(b.failures), strings.Join(b.failures, "\n"))
	}
	return nil
}
