package log

import (
	"context"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Preview is what would be printed, without colours.
func (s sender) Preview(_ context.Context, n *notify.Notification) (string, error) {
	p := printer{now: n.Now}
	p.notification(n)
	return p.buf.String(), nil
}
