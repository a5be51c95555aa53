package tracing

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	commoncfg "github.com/prometheus/common/config"
	"go.opentelemetry.io/otel/trace"
)

func pemOf(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// TestCheck wants all problems of a section.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{ClientType: "grpc", Endpoint: "a:1"}, ""},
		{Config{ClientType: "http", Endpoint: "a:1", Compression: "gzip", SamplingFraction: 7}, ""},
		{Defaults(), "endpoint is missing"},
		{Config{Compression: "zip"}, "endpoint is missing\nclient_type: \"\" is not one of grpc, http\ncompression: \"zip\" is not gzip"},
	} {
		got := ""
		if err := c.config.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.config, got, c.want)
		}
	}
}

// TestSampling wants parents to decide, and the fraction where there are none.
func TestSampling(t *testing.T) {
	parent := func(flags trace.TraceFlags) context.Context {
		return trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: flags,
		}))
	}
	for _, c := range []struct {
		fraction float64
		ctx      context.Context
		want     bool
	}{
		{0, context.Background(), false},
		{-3, context.Background(), false},
		{1, context.Background(), true},
		{7, context.Background(), true},
		{0, parent(trace.FlagsSampled), true},
		{1, parent(0), false},
	} {
		tr := New(Options{})
		if err := tr.Apply(&Config{ClientType: "http", Endpoint: "127.0.0.1:1", Insecure: true, SamplingFraction: c.fraction}); err != nil {
			t.Fatal(err)
		}
		_, span := tr.Start(c.ctx, "work") // never ended, so nothing is sent
		if got := span.IsRecording(); got != c.want {
			t.Errorf("fraction %v: recorded %v", c.fraction, got)
		}
		tr.Close()
	}
}

// TestApply wants a section that is the same to change nothing, one that is not to
// take the place of the old, and one that cannot be obeyed to leave the old.
func TestApply(t *testing.T) {
	first, second := &collector{}, &collector{}
	one, two := overPlainHTTP(t, first), overPlainHTTP(t, second)
	tr := New(Options{})
	defer tr.Close()
	work := func(name string) {
		_, span := tr.Start(t.Context(), name)
		span.End()
	}
	apply := func(c *Config) *pipe {
		t.Helper()
		if err := tr.Apply(c); err != nil {
			t.Fatal(err)
		}
		return tr.live.Load()
	}
	refused := func(want string, c *Config) {
		t.Helper()
		before := tr.live.Load()
		if err := tr.Apply(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if tr.live.Load() != before {
			t.Error("a section that was refused has changed something")
		}
	}
	if tr.On() || apply(nil) != nil {
		t.Error("on without a section")
	}
	work("nobody sees")
	began := apply(plain(one))
	work("first")
	if apply(plain(one)) != began {
		t.Error("the same section has replaced itself")
	}
	refused("tracing: tls_config: ", &Config{ClientType: "http", Endpoint: two, TLSConfig: &commoncfg.TLSConfig{CAFile: filepath.Join(t.TempDir(), "ca.pem")}})
	refused("tracing: headers: X-Key: files cannot be used here", &Config{
		ClientType: "grpc", Endpoint: two, Insecure: true,
		Headers: &commoncfg.Headers{Headers: map[string]commoncfg.Header{"X-Key": {Files: []string{"key"}}}},
	})
	work("still first")
	if apply(plain(two)) == began {
		t.Error("another section has not been obeyed")
	}
	work("second")
	apply(nil)
	work("nobody sees")
	tr.Close()
	if got := first.names(); !slices.Equal(got, []string{"first", "still first"}) {
		t.Errorf("the first collector has %q", got)
	}
	if got := second.names(); !slices.Equal(got, []string{"second"}) {
		t.Errorf("the second collector has %q", got)
	}
	refused("closed", plain(one))
}

// TestCertificatesAreReadAgain wants a section with certificates to be obeyed anew
// though it reads the same.
func TestCertificatesAreReadAgain(t *testing.T) {
	c := &collector{}
	address, ca, _ := overHTTPS(t, c)
	file := filepath.Join(t.TempDir(), "ca.pem")
	section := func() *Config {
		return &Config{ClientType: "http", Endpoint: address, SamplingFraction: 1, TLSConfig: &commoncfg.TLSConfig{CAFile: file}}
	}
	other := httptest.NewTLSServer(nil)
	defer other.Close()
	tr := New(Options{})
	defer tr.Close()
	for i, text := range []string{strings.Replace(ca, "CERTIFICATE", "NONSENSE", 2), ca} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := tr.Apply(section()); (err != nil) != (i == 0) {
			t.Fatal(err)
		}
	}
	before := tr.live.Load()
	if err := tr.Apply(section()); err != nil || tr.live.Load() == before {
		t.Errorf("not obeyed anew: %v", err)
	}
	_, span := tr.Start(t.Context(), "work")
	span.End()
	tr.Close()
	if got := c.names(); !slices.Equal(got, []string{"work"}) {
		t.Errorf("spans %q", got)
	}
}

// lines keeps what is logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

// TestNobodyTakesSpans wants a collector that cannot be reached, or does not
// answer, to hold up nobody who makes spans, and closing for no longer than said.
func TestNobodyTakesSpans(t *testing.T) {
	var dialing atomic.Int32
	hangs := func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialing.Add(1)
		defer dialing.Add(-1)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	silent := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			for b := make([]byte, 1024); ; {
				if _, err := theirs.Read(b); err != nil {
					return
				}
			}
		}()
		return ours, nil
	}
	refuses := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
	for _, c := range []struct {
		name   string
		client string
		dial   func(context.Context, string, string) (net.Conn, error)
	}{
		{"http hangs", "http", hangs},
		{"http silent", "http", silent},
		{"http refuses", "http", refuses},
		{"grpc hangs", "grpc", hangs},
		{"grpc silent", "grpc", silent},
		{"grpc refuses", "grpc", refuses},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				said, begin := &lines{}, time.Now()
				tr := New(Options{Dial: c.dial, Logger: log.NewLogfmtLogger(said)})
				if err := tr.Apply(&Config{ClientType: c.client, Endpoint: "127.0.0.1:4317", SamplingFraction: 1, Insecure: true}); err != nil {
					t.Fatal(err)
				}
				for range 5000 {
					_, span := tr.Start(t.Context(), "work")
					span.End()
				}
				time.Sleep(5 * time.Minute)
				for range 5000 {
					_, span := tr.Start(t.Context(), "work")
					span.End()
				}
				if took := time.Since(begin); took != 5*time.Minute {
					t.Errorf("making spans took %s", took-5*time.Minute)
				}
				if n := said.count("Spans cannot be sent"); n != 1 {
					t.Errorf("said %d times:\n%s", n, &said.b)
				}
				begin = time.Now()
				tr.Close()
				if took := time.Since(begin); took > patience {
					t.Errorf("closing took %s", took)
				}
				if synctest.Wait(); dialing.Load() != 0 {
					t.Error("it is still being tried")
				}
			})
		})
	}
}

// TestRecovery wants it to be said that spans are sent again.
func TestRecovery(t *testing.T) {
	c := &collector{refuses: true}
	said := &lines{}
	tr := New(Options{Logger: log.NewLogfmtLogger(said)})
	defer tr.Close()
	if err := tr.Apply(plain(overPlainHTTP(t, c))); err != nil {
		t.Fatal(err)
	}
	work := func(name string) {
		_, span := tr.Start(t.Context(), name)
		span.End()
		if err := tr.live.Load().provider.ForceFlush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	work("lost")
	work("lost too")
	c.mu.Lock()
	c.refuses = false
	c.mu.Unlock()
	work("a")
	work("b")
	if got := c.names(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("spans %q", got)
	}
	if said.count("cannot be sent") != 1 || said.count("sent again") != 1 || said.count("refused") != 1 {
		t.Errorf("said:\n%s", &said.b)
	}
}
