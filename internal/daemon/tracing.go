package daemon

import (
	"context"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/tracing"
)

// newTracing returns tracing as it is before there is a configuration: off.
func newTracing(o Options) *tracing.Tracing {
	return tracing.New(tracing.Options{Version: o.Version.Version, Dial: o.Dial, Logger: o.Logger})
}

// tracedAlerts lets it be known which request has brought an alert.
type tracedAlerts struct {
	alerts
	tracing *tracing.Tracing
}

// Put remembers alerts.
func (a tracedAlerts) Put(ctx context.Context, batch []*alert.Alert) error {
	a.tracing.Brought(ctx, batch)
	return a.alerts.Put(ctx, batch)
}
