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
	switch {
	case o.show != "":
		return o.showSaved()
	case o.growsWith:
		return o.growth(ctx)
	default:
		return o.bench(ctx)
	}
}

// options are the command line.
type options struct {
	tocsin, peer string
	scenarios    []scenario
	growsWith    bool    // whether to measure growth and not scenarios
	stories      []story // of growth
	quick        bool
	runs         int
	dir          string
	json         string
	show         string
	markdown     bool
	profiles     string
}

func parseOptions(args []string) (options, error) {
	var o options
	var names string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.tocsin, "tocsin", "bin/tocsin", "the tocsin to measure")
	f.StringVar(&o.peer, "peer", "/usr/bin/prometheus-alertmanager", "the Alertmanager to measure beside it; empty: none")
	f.StringVar(&names, "scenario", "", "comma-separated names of scenarios, or of what grows with -growth; empty: all of them")
	f.BoolVar(&o.growsWith, "growth", false, "measure tocsin alone at one size after the other, and how its costs grow; takes ten minutes")
	f.BoolVar(&o.quick, "quick", false, "small sizes and one run, for a minute")
	f.IntVar(&o.runs, "runs", 3, "how many runs of each scenario with each program")
	f.StringVar(&o.dir, "dir", os.TempDir(), "where to make directories for what is stored; they are removed")
	f.StringVar(&o.json, "json", "", "file for the results as JSON")
	f.StringVar(&o.show, "show", "", "file that -json has written: write its table and measure nothing")
	f.BoolVar(&o.markdown, "markdown", false, "write the table as Markdown")
	f.StringVar(&o.profiles, "profile", "", "directory for profiles of tocsin, from two more runs of each scenario")
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
	if o.growsWith {
		o.stories, err = choose(stories(), names)
	} else {
		o.scenarios, err = choose(scenarios(), names)
	}
	return o, err
}

func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "bench measures tocsin and an Alertmanager side by side.")
	f.PrintDefaults()
	fmt.Fprintln(f.Output(), "\nScenarios:")
	for _, s := range scenarios() {
		fmt.Fprintf(f.Output(), "  %-15s %s\n", s.name, s.about)
	}
	fmt.Fprintln(f.Output(), "\nWith -growth:")
	for _, s := range stories() {
		fmt.Fprintf(f.Output(), "  %-15s %s, with more and more %s\n", s.name, s.about, s.of)
	}
}

// choose returns the scenarios or stories with the names in a list.
func choose[T interface{ called() string }](all []T, names string) ([]T, error) {
	if names == "" {
		return all, nil
	}
	var chosen []T
	for name := range strings.SplitSeq(names, ",") {
		before := len(chosen)
		for _, s := range all {
			if s.called() == strings.TrimSpace(name) {
				chosen = append(chosen, s)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("there is no scenario %q; -help lists them", name)
		}
	}
	return chosen, nil
}
