// Package execute runs a program for each notification. The program gets the
// message of the webhook on its standard input and says with its exit code what
// became of it.
//
// What is in an alert is written by whoever can post one, so none of it gets
// into the command line: only into the standard input, and into variables whose
// names the configuration chooses behind a fixed beginning.
package execute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "exec"

// Kind is the integration "exec".
func Kind() notify.Kind {
	kind := notify.NewKind(name, defaults(), open)
	kind.Flag = notify.ExecFlag
	return kind
}

type sender struct {
	Config
	deps notify.Deps
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	if !d.AllowExec {
		return nil, errors.New("programs are not run unless tocsin is started with --" + notify.ExecFlag)
	}
	if err := c.makeAbsolute(); err != nil {
		return nil, err
	}
	if _, err := exec.LookPath(c.Command[0]); err != nil {
		return nil, fmt.Errorf("command: %w", err)
	}
	if _, err := os.Stat(c.WorkingDir); err != nil {
		return nil, fmt.Errorf("working_dir: %w", err)
	}
	return sender{Config: c, deps: d}, nil
}

// Send runs the program and waits for its end. When ctx is done, the program and
// whatever it has started are killed.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	input, err := json.Marshal(n.Payload(s.MaxAlerts))
	if err != nil {
		return backoff.Permanent(fmt.Errorf("encode message: %w", err))
	}
	env := s.environment(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	said, err := s.run(ctx, append(input, '\n'), env)
	if err == nil {
		_ = level.Debug(s.deps.LoggerFor(name, n)).Log("msg", "Program ended well", "output", said.last(shownOutput))
		return nil
	}
	return s.judge(ctx, err, said.last(shownOutput))
}

// judge says what the end of a program means. One that did not start, or was
// killed by somebody else, may fare better the next time.
func (s sender) judge(ctx context.Context, err error, said string) error {
	if ended := ctx.Err(); ended != nil {
		return failure("killed", said, ended)
	}
	exit, ran := errors.AsType[*exec.ExitError](err)
	if !ran {
		return fmt.Errorf("run %s: %w", s.Command[0], err)
	}
	err = failure(exit.String(), said, nil)
	if code := exit.ExitCode(); code >= 0 && !s.retried(code) {
		return backoff.Permanent(err)
	}
	return err
}

// failure is an error that says how a program ended and what it said last.
func failure(how, said string, cause error) error {
	text := "program ended: " + how
	if said != "" {
		text += ": " + said
	}
	if cause == nil {
		return errors.New(text)
	}
	return fmt.Errorf("%s: %w", text, cause)
}
