package kafka

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/tocsin-alerting/tocsin/notify"
)

// overhead is the most that a batch of one message has beside key and value.
const overhead = 512

// message is the message of the webhook, or the reference in its place if there
// is no room for it.
func (s *sender) message(n *notify.Notification) ([]byte, error) {
	text, err := json.Marshal(n.Payload(s.MaxAlerts))
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	room := max(1, int(s.MaxBytes)-overhead-len(n.GroupKey))
	text = bytes.TrimSpace(s.deps.Fit(name, n, text, uint64(room)))
	if len(text) > room {
		return nil, fmt.Errorf("not even a reference to the alerts, which has %d bytes, has room in max_bytes (%d)", len(text), s.MaxBytes)
	}
	return text, nil
}
