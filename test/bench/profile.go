package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"
)

// profiler saves what a process does and holds during the phases of a run.
type profiler struct {
	dir      string
	scenario string
	took     map[string]time.Duration // how long a phase took without profiler
}

// during runs a phase while its processor profile is taken, and takes one of the
// heap at its end. A profile must know its end when it begins: it is the time that
// the phase took in an earlier run.
func (f *profiler) during(ctx context.Context, p *process, phase string, run func() error) error {
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
