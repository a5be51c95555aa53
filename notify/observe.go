package notify

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// nothing is the stage of a muter that does not exist.
type nothing struct{}

func (nothing) Exec(_ context.Context, f Flush) (Flush, error) { return f, nil }

// counted counts the alerts that a stage takes out.
type counted struct {
	stage      Stage
	suppressed prometheus.Counter
}

func (c counted) Exec(ctx context.Context, f Flush) (Flush, error) {
	left, err := c.stage.Exec(ctx, f)
	if n := len(f.Alerts) - len(left.Alerts); n > 0 {
		c.suppressed.Add(float64(n))
	}
	return left, err
}
