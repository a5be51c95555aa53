package tracing

import (
	"compress/gzip"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // so that the collector understands it
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	commoncfg "github.com/prometheus/common/config"
)

// collector keeps the spans it is sent.
type collector struct {
	coltracepb.UnimplementedTraceServiceServer

	mu       sync.Mutex
	spans    []*tracepb.Span
	resource map[string]string
	headers  map[string]string // of the last request, by lower-case name
	refuses  bool              // answers 500
}

func (c *collector) take(req *coltracepb.ExportTraceServiceRequest, headers map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.headers = headers
	for _, r := range req.ResourceSpans {
		c.resource = attributes(r.Resource.Attributes)
		for _, s := range r.ScopeSpans {
			c.spans = append(c.spans, s.Spans...)
		}
	}
}

// Export takes spans over gRPC.
func (c *collector) Export(ctx context.Context, req *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	headers := make(map[string]string)
	md, _ := metadata.FromIncomingContext(ctx)
	for name, values := range md {
		headers[name] = values[0]
	}
	c.take(req, headers)
	return &coltracepb.ExportTraceServiceResponse{}, nil
}

// ServeHTTP takes spans over HTTP.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	refuses := c.refuses
	c.mu.Unlock()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	req := &coltracepb.ExportTraceServiceRequest{}
	if refuses || err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(text, req) != nil {
		http.Error(w, "refused", http.StatusInternalServerError)
		return
	}
	headers := make(map[string]string)
	for name := range r.Header {
		headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	c.take(req, headers)
}

func (c *collector) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, s := range c.spans {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// one returns the span of a name.
func (c *collector) one(t *testing.T, name string) *tracepb.Span {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.spans, func(s *tracepb.Span) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no span %q", name)
	}
	return c.spans[i]
}

func attributes(list []*commonpb.KeyValue) map[string]string {
	all := make(map[string]string)
	for _, a := range list {
		if all[a.Key] = a.Value.GetStringValue(); all[a.Key] == "" {
			all[a.Key] = a.Value.String()
		}
	}
	return all
}

// overHTTPS starts a collector and returns its address and certificate.
func overHTTPS(t *testing.T, c *collector) (address, ca string, server *httptest.Server) {
	t.Helper()
	server = httptest.NewTLSServer(c)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), pemOf(server), server
}

func overPlainHTTP(t *testing.T, c *collector) string {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func overGRPC(t *testing.T, c *collector, options ...grpc.ServerOption) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(options...)
	coltracepb.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	return l.Addr().String()
}

// started is tracing that sends everything to a new collector over HTTP.
func started(t *testing.T) (*Tracing, *collector) {
	t.Helper()
	c := &collector{}
	tr := New(Options{Version: "1.2.3"})
	t.Cleanup(tr.Close)
	if err := tr.Apply(plain(overPlainHTTP(t, c))); err != nil {
		t.Fatal(err)
	}
	return tr, c
}

func plain(address string) *Config {
	return &Config{ClientType: "http", Endpoint: address, SamplingFraction: 1, Insecure: true}
}

// TestExport wants spans to arrive in every way that can be configured.
func TestExport(t *testing.T) {
	headers := &commoncfg.Headers{Headers: map[string]commoncfg.Header{
		"X-Tenant": {Values: []string{"ops", "dev"}, Secrets: []commoncfg.Secret{"hidden"}},
		"X-Key":    {Secrets: []commoncfg.Secret{"hunter2"}},
		"X-None":   {},
	}}
	for _, how := range []struct{ client, security, compression string }{
		{"http", "", ""},
		{"http", "", "gzip"},
		{"http", "tls", ""},
		{"http", "tls", "gzip"},
		{"grpc", "", ""},
		{"grpc", "", "gzip"},
		{"grpc", "tls", ""},
		{"grpc", "tls", "gzip"},
	} {
		t.Run(strings.Join([]string{how.client, how.security, how.compression}, " "), func(t *testing.T) {
			c := &collector{}
			config := &Config{ClientType: how.client, SamplingFraction: 1, Compression: how.compression, Headers: headers}
			secure, ca, server := overHTTPS(t, c)
			config.TLSConfig = &commoncfg.TLSConfig{CA: ca}
			switch how.client + how.security {
			case "http":
				config.Endpoint, config.Insecure = overPlainHTTP(t, c), true
				config.TLSConfig.CAFile = "/does/not/exist" // does not matter
			case "httptls":
				config.Endpoint = secure
			case "grpc":
				config.Endpoint, config.Insecure = overGRPC(t, c), true
			case "grpctls":
				config.Endpoint = overGRPC(t, c, grpc.Creds(credentials.NewServerTLSFromCert(&server.TLS.Certificates[0])))
			}
			tr := New(Options{Version: "1.2.3"})
			if err := tr.Apply(config); err != nil {
				t.Fatal(err)
			}
			_, span := tr.Start(t.Context(), "work")
			span.End()
			tr.Close()
			if got := c.names(); !slices.Equal(got, []string{"work"}) {
				t.Fatalf("spans %q", got)
			}
			if c.resource["service.name"] != "alertmanager" || c.resource["service.version"] != "1.2.3" || c.resource["host.name"] == "" {
				t.Errorf("resource %v", c.resource)
			}
			if c.headers["x-tenant"] != "ops" || c.headers["x-key"] != "hunter2" {
				t.Errorf("headers %v", c.headers)
			}
			if how.client == "http" && c.headers["content-encoding"] != how.compression {
				t.Errorf("encoding %q", c.headers["content-encoding"])
			}
			if slices.Contains(slices.Collect(maps.Keys(c.headers)), "x-none") {
				t.Error("a header without a value is sent")
			}
		})
	}
}
