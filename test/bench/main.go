package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := start(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// start is what main does, with an error.
func start(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "floor" {
		return runFloor(ctx, args[1:])
	}
	o, err := parseOptions(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	return o.bench(ctx)
}

// options are the command line.
type options struct {
	tocsin, peer string
	scenarios    []scenario
	quick        bool
	runs         int
	dir          string
	json         string
	profiles     string
}

func parseOptions(args []string) (options, error) {
	var o options
	var names string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.tocsin, "tocsin", "bin/tocsin", "the tocsin to measure")
	f.StringVar(&o.peer, "peer", "/usr/bin/prometheus-alertmanager", "the Alertmanager to measure beside it; empty: none")
	f.StringVar(&names, "scenario", "", "comma-separated names of scenarios; empty: all of them")
	f.BoolVar(&o.quick, "quick", false, "small sizes and one run, for a minute")
	f.IntVar(&o.runs, "runs", 3, "how many runs of each scenario with each program")
	f.StringVar(&o.dir, "dir", os.TempDir(), "where to make directories for what is stored; they are removed")
	f.StringVar(&o.json, "json", "", "file for the results as JSON")
	f.StringVar(&o.profiles, "profile", "", "directory for profiles of tocsin, from one more run of each scenario")
	f.Usage = func() { usage(f) }
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected %q", f.Arg(0))
	}
	if o.quick {
		o.runs = 1
	}
	var err error
	o.scenarios, err = choose(scenarios(), names)
	return o, err
}

func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "bench measures tocsin and an Alertmanager side by side.")
	f.PrintDefaults()
	fmt.Fprintln(f.Output(), "\nScenarios:")
	for _, s := range scenarios() {
		fmt.Fprintf(f.Output(), "  %-15s %s\n", s.name, s.about)
	}
}

// choose returns the scenarios with the names in a list.
func choose(all []scenario, names string) ([]scenario, error) {
	if names == "" {
		return all, nil
	}
	var chosen []scenario
	for name := range strings.SplitSeq(names, ",") {
		before := len(chosen)
		for _, s := range all {
			if s.name == strings.TrimSpace(name) {
				chosen = append(chosen, s)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("there is no scenario %q; -help lists them", name)
		}
	}
	return chosen, nil
}
