package email

import (
	"context"
	"fmt"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Preview is the message as it would be sent, with the envelope before it.
func (s sender) Preview(_ context.Context, n *notify.Notification) (string, error) {
	l, err := s.letter(n)
	if failed := n.Err(); failed != nil {
		return "", failed
	}
	if err != nil {
		return "", backoff.Permanent(err)
	}
	envelope := fmt.Sprintf("Server: %s\nFrom: %s\nTo: %s\n\n", s.Smarthost, l.from, strings.Join(l.to, ", "))
	return envelope + strings.ReplaceAll(string(l.message), "\r\n", "\n"), nil
}
