package notify

import (
	"io"

	"github.com/go-kit/log/level"
)

// closeSenders lets go of what the senders of a pipeline hold, such as connections
// that no idle timeout ends: those that are an io.Closer are closed. No attempt
// runs any more.
func (p *Pipeline) closeSenders() {
	for _, r := range p.receivers {
		for _, in := range r.Integrations {
			c, ok := in.Sender.(io.Closer)
			if !ok {
				continue
			}
			if err := c.Close(); err != nil {
				_ = level.Warn(p.logger).Log("msg", "Closing an integration failed", "receiver", r.Name, "integration", in.Name(), "err", err)
			}
		}
	}
}
