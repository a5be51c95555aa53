package tracing

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Handler makes a span of every request to a route, as a part of the trace that
// the headers of the request name, if they do.
func (t *Tracing) Handler(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t.On() {
			t.serve(w, r, route, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (t *Tracing) serve(w http.ResponseWriter, r *http.Request, route string, next http.Handler) {
	method := known(r.Method)
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer))
	if !span.IsRecording() {
		next.ServeHTTP(w, r.WithContext(ctx))
		return
	}
	answer := &answer{ResponseWriter: w, status: http.StatusOK}
	ended := false
	defer func() {
		span.SetAttributes(
			attribute.String("http.request.method", method),
			attribute.String("http.route", route),
			attribute.Int("http.response.status_code", answer.status),
		)
		switch {
		case !ended:
			span.SetStatus(codes.Error, "answer aborted")
		case answer.status >= http.StatusInternalServerError:
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}()
	next.ServeHTTP(answer, r.WithContext(ctx))
	ended = true
}

// known is the method if it is one of the usual, so that clients cannot make up
// names of spans.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "HTTP"
}

// answer remembers the status.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader sends the status.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
