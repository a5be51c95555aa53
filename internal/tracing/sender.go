package tracing

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// sender is an exporter that can be cut off, and that keeps its errors from the
// error handler of the library, which is global and prints them.
type sender struct {
	sdktrace.SpanExporter
	sending context.Context // ends all exports
	logger  log.Logger
	failing atomic.Bool
}

// ExportSpans sends a batch. It says when that begins to fail, not each time.
func (s *sender) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.sending, cancel)()
	err := s.SpanExporter.ExportSpans(ctx, spans)
	switch failed := err != nil; {
	case failed == s.failing.Swap(failed):
	case failed:
		_ = level.Warn(s.logger).Log("msg", "Spans cannot be sent and are lost", "err", excerpt(err))
	default:
		_ = level.Info(s.logger).Log("msg", "Spans are sent again")
	}
	return nil
}

// excerpt is the beginning of an error, which may hold all that a collector says.
func excerpt(err error) string {
	const most = 1024
	text := err.Error()
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "")
}
