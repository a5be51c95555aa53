package tracing

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// defaultTimeout bounds one export. The libraries have the same.
const defaultTimeout = 10 * time.Second

// newExporter returns what sends batches of spans. It reads certificates and does
// not connect yet.
func newExporter(c *Config, o Options) (sdktrace.SpanExporter, error) {
	headers, err := c.headers()
	if err != nil {
		return nil, err
	}
	var security *tls.Config // nil: none
	if !c.Insecure {
		settings := c.TLSConfig
		if settings == nil {
			settings = &commoncfg.TLSConfig{}
		}
		if security, err = commoncfg.NewTLSConfig(settings); err != nil {
			return nil, fmt.Errorf("tls_config: %w", err)
		}
	}
	wire := wire{c: c, headers: headers, tls: security, dial: o.Dial, timeout: time.Duration(c.Timeout)}
	if wire.timeout <= 0 {
		wire.timeout = defaultTimeout
	}
	if c.ClientType == "http" {
		return wire.http()
	}
	return wire.grpc()
}

// wire is how to reach the collector.
type wire struct {
	c       *Config
	headers map[string]string
	tls     *tls.Config
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	timeout time.Duration
}

func (w wire) grpc() (sdktrace.SpanExporter, error) {
	options := []otlptracegrpc.Option{
		otlptracegrpc.WithEndpoint(w.c.Endpoint),
		otlptracegrpc.WithHeaders(w.headers),
		otlptracegrpc.WithTimeout(w.timeout),
	}
	if w.tls != nil {
		options = append(options, otlptracegrpc.WithTLSCredentials(credentials.NewTLS(w.tls)))
	} else {
		options = append(options, otlptracegrpc.WithInsecure())
	}
	if w.c.Compression != "" {
		options = append(options, otlptracegrpc.WithCompressor(w.c.Compression))
	}
	if w.dial != nil {
		options = append(options, otlptracegrpc.WithDialOption(grpc.WithContextDialer(
			func(ctx context.Context, address string) (net.Conn, error) { return w.dial(ctx, "tcp", address) })))
	}
	return otlptracegrpc.New(context.Background(), options...)
}

func (w wire) http() (sdktrace.SpanExporter, error) {
	transport := w.transport()
	options := []otlptracehttp.Option{
		otlptracehttp.WithEndpoint(w.c.Endpoint),
		otlptracehttp.WithHeaders(w.headers),
		otlptracehttp.WithHTTPClient(&http.Client{Transport: transport, Timeout: w.timeout}),
	}
	if w.tls == nil {
		options = append(options, otlptracehttp.WithInsecure())
	}
	if w.c.Compression == "gzip" {
		options = append(options, otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
	}
	to, err := otlptracehttp.New(context.Background(), options...)
	if err != nil {
		return nil, err
	}
	return overHTTP{to, transport}, nil
}

// transport is our own, and not the one all exporters share, so that its
// connections can be closed.
func (w wire) transport() *http.Transport {
	dial := w.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: w.timeout}).DialContext
	}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dial,
		TLSClientConfig:     w.tls,
		TLSHandshakeTimeout: w.timeout,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        2,
		IdleConnTimeout:     90 * time.Second,
	}
}

// overHTTP closes the connections with the exporter.
type overHTTP struct {
	sdktrace.SpanExporter
	transport *http.Transport
}

// Shutdown ends the exporter.
func (e overHTTP) Shutdown(ctx context.Context) error {
	defer e.transport.CloseIdleConnections()
	return e.SpanExporter.Shutdown(ctx)
}
