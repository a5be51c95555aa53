package execute

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"time"
)

// patience is how long after the end of a program to wait for its output. What it
// has left running may hold that open for ever.
const patience = time.Second

// run runs the program once and returns what it said.
func (s sender) run(ctx context.Context, input []byte, env []string) (*tail, error) {
	said := new(tail)
	cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	cmd.Dir, cmd.Env = s.WorkingDir, env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), said, said
	cmd.WaitDelay = patience
	ownGroup(cmd)
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		return said, nil // it has ended well
	}
	return said, err
}
