package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// errQuiet is a failure that the command has told of on its own.
var errQuiet = errors.New("failed")

// Run runs one command line, without the name of the program, and returns the exit
// code: 0, or 1 if something failed. It returns soon after ctx is done.
func Run(ctx context.Context, w World, args []string) int {
	t := newTool(w)
	if i := slices.Index(args, completionFlag); i >= 0 {
		t.complete(args[i+1:])
		return 0
	}
	run, err := t.parse(args)
	if err == nil && run != nil {
		err = t.within(ctx, run)
	}
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errQuiet):
		fmt.Fprintf(w.Err, "%s: error: %s\n", t.name, t.explained(err))
	}
	return 1
}

// parse reads the command line and returns the command. It is nil if help or the
// version was asked for only, which have been printed.
func (t *tool) parse(args []string) (runner, error) {
	if err := t.readDefaults(); err != nil {
		return nil, err
	}
	if text, asked := t.page(args); asked {
		return nil, t.app.UsageForContextWithTemplate(text.context, 2, text.template)
	}
	ended := -1
	t.app.Terminate(func(code int) {
		if ended < 0 {
			ended = code
		}
		// kingpin expects the process to have ended, and would go on.
		t.app.UsageWriter(io.Discard).ErrorWriter(io.Discard)
	})
	name, err := t.app.Parse(args)
	switch {
	case ended > 0:
		return nil, errQuiet
	case ended == 0:
		return nil, nil //nolint:nilnil // there is no command to run, and that is no error
	case err != nil:
		return nil, fmt.Errorf("%w, try --help", err)
	}
	t.lasts = t.lasting[name]
	return t.runs[name], t.settle()
}

// within runs a command for as long as --timeout allows.
func (t *tool) within(ctx context.Context, run runner) error {
	if t.lasts {
		return run(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	return run(ctx)
}
