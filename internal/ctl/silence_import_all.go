package ctl

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// setAll sets silences, several at the same time, and yields what became of each in
// their order. It has no effect any more when ctx is done or the loop over it has
// ended.
func (c *silenceImport) setAll(ctx context.Context, daemon *client.Client, list []client.NewSilence) iter.Seq2[int, imported] {
	return func(yield func(int, imported) bool) {
		ctx, stop := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer stop()
		results := make([]chan imported, len(list))
		for i := range results {
			results[i] = make(chan imported, 1)
		}
		next := make(chan int, len(list))
		for i := range list {
			next <- i
		}
		close(next)
		for range min(c.workers, len(list)) {
			workers.Go(func() {
				for i := range next {
					results[i] <- c.set(ctx, daemon, list[i])
				}
			})
		}
		for i, result := range results {
			if !yield(i, <-result) {
				return
			}
		}
	}
}

// progressFrom is how many silences it takes for progress to be shown.
const progressFrom = 20

// importReport tells what became of silences while they are set.
type importReport struct {
	*tool
	outcome     importOutcome
	total, done int
	untold      error // the first one that was not told of by itself
}

// importOutcome is what is printed as JSON.
type importOutcome struct {
	Imported []string        `json:"imported"` // their identifiers now
	Failed   []importFailure `json:"failed"`
}

// importFailure is a silence that could not be set.
type importFailure struct {
	ID    string `json:"id"` // in the file
	Error string `json:"error"`
}

func newImportReport(t *tool, total int) *importReport {
	return &importReport{tool: t, total: total, outcome: importOutcome{[]string{}, []importFailure{}}}
}

// shows reports whether somebody looks on for whom this takes long.
func (r *importReport) shows() bool { return r.ErrTerminal && r.total >= progressFrom }

// add tells of one silence, by the identifier that it has in the file.
func (r *importReport) add(was string, result imported) error {
	r.done++
	if r.shows() {
		fmt.Fprint(r.Err, "\r\x1b[K") // what is told of next stands in its place
	}
	var err error
	if result.err != nil {
		r.fail(was, result.err)
	} else {
		r.outcome.Imported = append(r.outcome.Imported, result.id)
		if !r.speaksJSON() {
			err = r.print(printable(result.id) + "\n")
		}
	}
	if r.shows() && r.done < r.total {
		fmt.Fprintf(r.Err, "%d of %d silences imported", len(r.outcome.Imported), r.total)
	}
	return err
}

// fail tells of a silence that the daemon refuses. What is wrong with the connection
// would be told of for each silence that is left, so it is told once and at the end.
func (r *importReport) fail(was string, err error) {
	r.outcome.Failed = append(r.outcome.Failed, importFailure{was, err.Error()})
	switch {
	case client.Status(err) != 0:
		fmt.Fprintf(r.Err, "silence %q: %s\n", was, printable(err.Error()))
	case r.untold == nil:
		r.untold = err
	}
}

// end prints what there is to print at the end, and returns the error of the command.
func (r *importReport) end() error {
	if r.speaksJSON() {
		if err := r.printJSON(r.outcome); err != nil {
			return err
		}
	}
	if len(r.outcome.Failed) == 0 {
		return nil
	}
	err := fmt.Errorf("%d of %d silences could not be imported", len(r.outcome.Failed), r.total)
	if r.untold != nil {
		err = fmt.Errorf("%w: %w", err, r.untold)
	}
	return err
}
