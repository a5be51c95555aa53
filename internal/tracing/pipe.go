package tracing

import (
	"context"
	"os"
	"time"

	"github.com/go-kit/log"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// patience is how long a pipe that is being closed may take to send what is in it.
const patience = 3 * time.Second

// pipe is what one section of the configuration asks for: spans go in, a
// goroutine sends them in batches. When nobody takes them, it fills, and what
// does not fit is lost.
type pipe struct {
	config   *Config
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	forsake  context.CancelFunc // ends what is being sent
}

// newPipe starts a pipe. It fails if a file cannot be read or the settings
// contradict each other; it does not connect to anybody.
func newPipe(c *Config, o Options) (*pipe, error) {
	sending, forsake := context.WithCancel(context.Background())
	to, err := newExporter(c, o)
	if err != nil {
		forsake()
		return nil, err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(describe(o.Version)),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(c.SamplingFraction))),
		sdktrace.WithBatcher(&sender{
			SpanExporter: to,
			sending:      sending,
			logger:       log.With(o.Logger, "component", "tracing"),
		}),
	)
	return &pipe{
		config:   c,
		provider: provider,
		tracer:   provider.Tracer("github.com/tocsin-alerting/tocsin", trace.WithInstrumentationVersion(o.Version)),
		forsake:  forsake,
	}, nil
}

// close sends what is in the pipe and lets go of its connections, or gives up
// after a while.
func (p *pipe) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// That spans could not be sent has been logged.
	_ = p.provider.Shutdown(ctx)
	p.forsake()
}

// describe says who makes the spans. Dashboards look for the name.
func describe(version string) *resource.Resource {
	attributes := []attribute.KeyValue{
		attribute.String("service.name", "alertmanager"),
		attribute.String("service.version", version),
	}
	if host, err := os.Hostname(); err == nil {
		attributes = append(attributes, attribute.String("host.name", host))
	}
	return resource.NewSchemaless(attributes...)
}
