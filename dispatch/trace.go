package dispatch

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Traces leads from the requests that brought alerts to the ticks that tell of
// them. It is called from many goroutines and must not block.
type Traces interface {
	// On reports whether anybody wants spans, so that otherwise none is prepared.
	On() bool
	// Tick begins the span of the tick of a group. since is when the group ticked
	// before: what has brought its alerts until then has had its tick.
	Tick(ctx context.Context, since time.Time, alerts []alert.Fingerprint) (context.Context, trace.Span)
}

// traceTick begins the span of a tick, if anybody wants it.
func (d *Dispatcher) traceTick(g *group) (context.Context, trace.Span) {
	if d.traces == nil || !d.traces.On() {
		return d.ctx, trace.SpanFromContext(d.ctx) // one that does nothing
	}
	d.mu.Lock()
	alerts := make([]alert.Fingerprint, 0, g.alerts.len())
	for m := range g.alerts.all() {
		alerts = append(alerts, m.alert.Fingerprint())
	}
	since := g.seldom().traced
	g.seldom().traced = time.Now()
	d.mu.Unlock()
	return d.traces.Tick(d.ctx, since, alerts)
}

// endTick writes into the span what has become of a tick.
func endTick(span trace.Span, f notify.Flush, err error) {
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("tocsin.group", f.Group.Key),
			attribute.Int("tocsin.alerts", len(f.All)),
			attribute.Int("tocsin.alerts_left", len(f.Alerts)),
		)
		if f.Group.Policy != nil {
			span.SetAttributes(attribute.String("tocsin.receiver", f.Group.Policy.Receiver))
		}
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}
	}
	span.End()
}
