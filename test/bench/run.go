package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

// run is one scenario with one subject.
type run struct {
	subject  subject
	quick    bool
	dir      string // of the process
	sink     *sink
	profiler *profiler                // nil: nothing is profiled
	values   map[string]float64       // what was measured, by the keys of the rows
	took     map[string]time.Duration // how long the phases took
	started  []*process
}

// newRun makes a directory below dir, and a sink. The caller closes it.
func newRun(ctx context.Context, s subject, dir string) (*run, error) {
	own, err := os.MkdirTemp(dir, "run-")
	if err != nil {
		return nil, err
	}
	sink, err := startSink(ctx)
	if err != nil {
		_ = os.RemoveAll(own) // the first error counts
		return nil, err
	}
	return &run{subject: s, dir: own, sink: sink, values: map[string]float64{}, took: map[string]time.Duration{}}, nil
}

// close ends what still runs and removes the directory.
func (r *run) close() error {
	for _, p := range r.started {
		p.kill()
	}
	r.sink.close()
	return os.RemoveAll(r.dir)
}

// size returns how many of something there are.
func (r *run) size(full, quick int) int {
	if r.quick {
		return quick
	}
	return full
}

// start writes the configuration and starts the subject with it. Started again, it
// finds what it has stored.
func (r *run) start(ctx context.Context, s setup, flags ...string) (*process, error) {
	s.webhook = r.sink.url
	if err := os.WriteFile(filepath.Join(r.dir, "config.yml"), []byte(s.yaml()), 0o644); err != nil {
		return nil, err
	}
	p, err := startProcess(ctx, r.subject, r.dir, flags)
	if err == nil {
		r.started = append(r.started, p)
	}
	return p, err
}

// startRested starts the subject and waits until it has nothing to do.
func (r *run) startRested(ctx context.Context, s setup, flags ...string) (*process, error) {
	p, err := r.start(ctx, s, flags...)
	if err == nil {
		_, err = p.rest(ctx)
	}
	return p, err
}

// phase runs a part of the scenario that is worth a profile, and returns how long it
// took.
func (r *run) phase(ctx context.Context, p *process, name string, f func() error) (time.Duration, error) {
	var took time.Duration
	inner := func() (err error) {
		took, err = timed(f)
		return err
	}
	var err error
	if r.profiler != nil && r.subject.pprof {
		err = r.profiler.during(ctx, p, name, inner)
	} else {
		err = inner()
	}
	r.took[name] = took
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return took, err
}

// profiledFor is how long what is short is repeated to fill a profile; what is long
// is not repeated after tired.
const (
	profiledFor = 3 * time.Second
	tired       = 10 * time.Second
)

// more says whether to do something again that was done so often since start.
func (r *run) more(done, n int, since time.Duration) bool {
	if r.profiler != nil {
		return since < profiledFor
	}
	return done == 0 || done < n && since < tired
}

// repeat does something short n times, and returns the seconds that each took.
func (r *run) repeat(ctx context.Context, p *process, name string, n int, f func() error) ([]float64, error) {
	var seconds []float64
	all := func() error {
		for start := time.Now(); r.more(len(seconds), n, time.Since(start)); {
			took, err := timed(f)
			if err != nil {
				return err
			}
			seconds = append(seconds, took.Seconds())
		}
		return nil
	}
	_, err := r.phase(ctx, p, name, all)
	r.took[name] = max(r.took[name], profiledFor)
	return seconds, err
}

// median measures something short n times under a key, in milliseconds.
func (r *run) median(ctx context.Context, p *process, key string, n int, f func() error) error {
	seconds, err := r.repeat(ctx, p, key, n, f)
	r.values[key] = 1000 * stat.Median(seconds)
	return err
}

// once measures something under a key, in milliseconds.
func (r *run) once(ctx context.Context, p *process, key string, f func() error) error {
	took, err := r.phase(ctx, p, key, f)
	r.values[key] = 1000 * took.Seconds()
	return err
}

// ingest measures how a load of n alerts is taken in: KEY.rate, alerts a second until the last
// answer, and KEY.cpu, microseconds of processor for each, with what is done after
// the answer.
func (r *run) ingest(ctx context.Context, p *process, key string, n int, l load) error {
	before, err := proc.CPU(p.pid())
	if err != nil {
		return err
	}
	took, err := r.phase(ctx, p, key, func() error { return p.postLoad(ctx, l) })
	if err != nil {
		return err
	}
	after, err := p.rest(ctx)
	r.values[key+".rate"] = float64(n) / took.Seconds()
	r.values[key+".cpu"] = float64((after - before).Microseconds()) / float64(n)
	return err
}
