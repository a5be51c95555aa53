package tracing

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Transport makes a span of every request that belongs to a trace, and names the
// trace in its headers.
func (t *Tracing) Transport(next http.RoundTripper) http.RoundTripper {
	return transport{next: next, tracing: t}
}

type transport struct {
	next    http.RoundTripper
	tracing *Tracing
}

// RoundTrip sends a request.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.tracing.On() || !trace.SpanContextFromContext(r.Context()).IsValid() {
		return t.next.RoundTrip(r)
	}
	ctx, span := t.tracing.Start(r.Context(), known(r.Method), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	r = r.Clone(ctx) // a transport must not change what it is given
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(r.Header))
	resp, err := t.next.RoundTrip(r)
	if !span.IsRecording() {
		return resp, err
	}
	span.SetAttributes(attribute.String("http.request.method", known(r.Method)))
	if err != nil {
		// Its text may show the URL. The span around this one has it without.
		span.SetStatus(codes.Error, "")
		return resp, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	if resp.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
	return resp, nil
}

// CloseIdleConnections lets http.Client reach the transport below.
func (t transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
