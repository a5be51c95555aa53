package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"
)

// profiler saves what a process does and holds during the phases of a run, or what
// it waits for.
type profiler struct {
	waits    bool // see waiting
	dir      string
	scenario string
	took     map[string]time.Duration // how long a phase took without profiler
}

// waiting returns a tocsin that notes what waits for locks and channels. That costs
// time, so it must not be seen in profiles of the processor.
func waiting(s subject) subject {
	s.env = append(os.Environ(), "DEBUG=1")
	return s
}

// during runs a phase and saves the profiles that are wanted.
func (f *profiler) during(ctx context.Context, p *process, phase string, run func() error) error {
	if !f.waits {
		return f.busy(ctx, p, phase, run)
	}
	if err := run(); err != nil {
		return err
	}
	return errors.Join(f.save(ctx, p, phase+".mutex", "mutex"), f.save(ctx, p, phase+".block", "block"))
}

// busy runs a phase while its processor profile is taken, and takes one of the
// heap at its end. A profile must know its end when it begins: it is the time that
// the phase took in an earlier run.
func (f *profiler) busy(ctx context.Context, p *process, phase string, run func() error) error {
	seconds := min(max(math.Ceil(f.took[phase].Seconds()*0.9), 1), 60)
	failed := make(chan error, 1)
	go func() {
		failed <- f.save(ctx, p, phase+".cpu", fmt.Sprintf("profile?seconds=%.0f", seconds))
	}()
	if err := run(); err != nil {
		return err
	}
	if err := <-failed; err != nil {
		return err
	}
	return f.save(ctx, p, phase+".heap", "heap")
}

func (f *profiler) save(ctx context.Context, p *process, name, what string) error {
	text, err := read(ctx, newClient(), p.url+"/debug/pprof/"+what)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return os.WriteFile(filepath.Join(f.dir, f.scenario+"."+name+".pb.gz"), text, 0o644)
}
