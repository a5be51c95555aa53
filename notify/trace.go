package notify

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// traceAttempt begins the span of an attempt to send n. It belongs to the tick that
// has asked for the notification; if that was not traced, this is not.
func (d *delivery) traceAttempt(t target, n *Notification) (context.Context, trace.Span) {
	if t.p.tracer == nil || !d.trace.IsValid() {
		return t.p.ctx, trace.SpanFromContext(t.p.ctx) // one that does nothing
	}
	ctx, span := t.p.tracer.Start(trace.ContextWithSpanContext(t.p.ctx, d.trace), "notification attempt")
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("tocsin.group", n.GroupKey),
			attribute.String("tocsin.receiver", n.Receiver),
			attribute.String("tocsin.integration", t.in.Name()),
			attribute.String("tocsin.reason", string(n.Reason)),
			attribute.Int("tocsin.alerts", len(n.Alerts)),
			attribute.Int("tocsin.attempt", d.attempts),
		)
	}
	return ctx, span
}

// endAttempt writes into the span how it went. The texts of errors are those of the
// log and hold no secrets.
func endAttempt(span trace.Span, err error) {
	if err != nil && span.IsRecording() {
		span.SetAttributes(attribute.String("error.type", failureReason(err)))
		span.SetStatus(codes.Error, excerpt([]byte(err.Error())))
	}
	span.End()
}
