package notify

import "github.com/go-kit/log"

// LoggerFor returns a logger whose lines say which integration speaks and of
// which group. It works without a Logger, too.
func (d Deps) LoggerFor(integration string, n *Notification) log.Logger {
	if d.Logger == nil {
		return log.NewNopLogger()
	}
	return log.With(d.Logger, "group", n.GroupKey, "receiver", n.Receiver, "integration", integration)
}
