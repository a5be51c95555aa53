package twilio

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// message renders who is told what. It fails on what cannot be sent in any form.
func (s sender) message(n *notify.Notification) (numbers []string, m url.Values, err error) {
	c := s.config
	numbers = n.List(c.To)
	m = url.Values{"Body": {s.text(n)}}
	key, parameter, text := "from", "From", c.From
	if text == "" {
		key, parameter, text = "messaging_service_sid", "MessagingServiceSid", c.MessagingServiceSID
	}
	m.Set(parameter, strings.TrimSpace(n.Value(text)))
	switch {
	case n.Err() != nil:
		err = n.Err()
	case len(numbers) == 0:
		err = errors.New("to: no phone number after rendering")
	case m.Get(parameter) == "":
		err = errors.New(key + ": empty after rendering")
	}
	return numbers, m, err
}

// text is short enough, and not empty: Twilio would refuse it otherwise.
func (s sender) text(n *notify.Notification) string {
	text := strings.TrimSpace(strings.ToValidUTF8(n.Text(s.config.Message), "\ufffd"))
	short, wasCut := cut(cmp.Or(text, n.Data.Status), s.config.MaxSegments, n.Ending())
	if wasCut {
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Cut a text that is too long", "key", "message", "segments", s.config.MaxSegments)
	}
	return short
}
