package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Preview is the command line, the environment and the standard input of the
// program. Nothing is run.
func (s sender) Preview(_ context.Context, n *notify.Notification) (string, error) {
	input, err := json.Marshal(n.Payload(s.MaxAlerts))
	if err != nil {
		return "", backoff.Permanent(fmt.Errorf("encode message: %w", err))
	}
	env := s.environment(n)
	if failed := n.Err(); failed != nil {
		return "", failed
	}
	return fmt.Sprintf("Command: %q\nWorking directory: %s\n%s\n\n%s\n", s.Command, s.WorkingDir, strings.Join(env, "\n"), input), nil
}
