// Package tracing follows an alert from the request that brought it to the
// requests that tell of it, and sends what it sees to an OpenTelemetry collector:
//
//	request to the API ──▶ tick of a group ──▶ attempt to notify ──▶ HTTP request
//
// A Tracing is made once and handed to everyone who has spans to make. What it
// does with them changes with the configuration. As long as that has no section
// tracing, it costs a look at a pointer.
//
// Spans never hold URLs, headers or what is sent: they may be secret.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/go-kit/log"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
)

// Options is what tracing needs of the world.
type Options struct {
	Version string // of the program
	// Dial makes the connections to the collector; nil: the network.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Logger log.Logger // nil: silent
}

// Tracing is a trace.Tracer that begins switched off. All methods may be called
// from many goroutines, and none but Close waits for anybody.
type Tracing struct {
	embedded.Tracer
	o     Options
	live  atomic.Pointer[pipe] // nil: switched off
	trail trail

	applying sync.Mutex
	closed   bool
	retired  sync.WaitGroup // pipes that are being emptied
}

// New returns a Tracing that is switched off. It starts nothing.
func New(o Options) *Tracing {
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	return &Tracing{o: o}
}

// Apply obeys a section of the configuration from now on; nil switches tracing
// off. If it fails nothing has changed. Spans that were made under the old section
// still go where it said, in the background and for a few seconds at most. A
// section that is the same changes nothing, unless it names certificates, which
// are read again. The section must not be changed afterwards.
func (t *Tracing) Apply(c *Config) error {
	t.applying.Lock()
	defer t.applying.Unlock()
	if t.closed {
		return errors.New("tracing: closed")
	}
	old := t.live.Load()
	if old.obeys(c) {
		return nil
	}
	var next *pipe
	if c != nil {
		var err error
		if next, err = newPipe(c, t.o); err != nil {
			return fmt.Errorf("tracing: %w", err)
		}
	}
	t.replace(next)
	return nil
}

// replace makes spans go into another pipe.
func (t *Tracing) replace(next *pipe) {
	old := t.live.Swap(next)
	if next == nil {
		t.trail.clear()
	}
	if old != nil {
		t.retired.Go(old.close)
	}
}

// Close switches tracing off for good and sends what there is to send. It takes a
// few seconds at most, even if nobody takes the spans.
func (t *Tracing) Close() {
	t.applying.Lock()
	defer t.applying.Unlock()
	t.closed = true
	t.replace(nil)
	t.retired.Wait()
}

// obeys reports whether the pipe does what a section says.
func (p *pipe) obeys(c *Config) bool {
	if p == nil || c == nil {
		return p == nil && c == nil
	}
	return !c.readsFiles() && reflect.DeepEqual(p.config, c)
}

// On reports whether spans are made.
func (t *Tracing) On() bool { return t.live.Load() != nil }

// Start implements trace.Tracer.
func (t *Tracing) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if p := t.live.Load(); p != nil {
		return p.tracer.Start(ctx, name, options...)
	}
	return ctx, trace.SpanFromContext(context.Background()) // one that does nothing
}
