package kafka

import (
	"context"
	"fmt"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Preview is the message that would be produced, with its topic and its key
// before it.
func (s *sender) Preview(_ context.Context, n *notify.Notification) (string, error) {
	topic := n.Value(s.Topic)
	if failed := n.Err(); failed != nil {
		return "", failed
	}
	if err := checkTopic(topic); err != nil {
		return "", backoff.Permanent(err)
	}
	text, err := s.message(n)
	if err != nil {
		return "", backoff.Permanent(err)
	}
	return fmt.Sprintf("Topic: %s\nKey: %s\n\n%s\n", topic, n.GroupKey, text), nil
}
