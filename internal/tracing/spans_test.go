package tracing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/tocsin-alerting/tocsin/alert"
)

const (
	callersTrace  = "0af7651916cd43dd8448eb211c80319c"
	callersSpan   = "b7ad6b7169203331"
	callersHeader = "00-" + callersTrace + "-" + callersSpan + "-01"
)

func request(t *testing.T, method, target string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.Header.Set("Authorization", "Bearer hunter2")
	return r
}

// TestHandler wants a span for each request that says what happened and repeats
// nothing that may be secret.
func TestHandler(t *testing.T) {
	tr, c := started(t)
	serve := func(route, method string, h http.HandlerFunc) {
		r := request(t, method, "/api/v2/x?token=hunter2")
		if route == "/called" {
			r.Header.Set("Traceparent", callersHeader)
		}
		if route == "/quiet" {
			r.Header.Set("Traceparent", strings.TrimSuffix(callersHeader, "1")+"0")
		}
		defer func() { _ = recover() }()
		tr.Handler(route, h).ServeHTTP(httptest.NewRecorder(), r)
	}
	serve("/called", http.MethodPost, func(w http.ResponseWriter, r *http.Request) {
		if id := trace.SpanContextFromContext(r.Context()).TraceID().String(); id != callersTrace {
			t.Errorf("the handler sees the trace %s", id)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("cannot flush: %v", err)
		}
	})
	serve("/fails", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	serve("/wrong", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	serve("/breaks", http.MethodGet, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	serve("/odd", "hunter2", func(http.ResponseWriter, *http.Request) {})
	serve("/quiet", http.MethodGet, func(_ http.ResponseWriter, r *http.Request) {
		if sc := trace.SpanContextFromContext(r.Context()); sc.TraceID().String() != callersTrace || sc.IsSampled() {
			t.Errorf("the handler sees %v", sc)
		}
	})
	tr.Close()

	type seen struct {
		Trace, Parent, Status, Code string
	}
	got := make(map[string]seen)
	for _, s := range c.spans {
		a := attributes(s.Attributes)
		v := seen{Parent: fmt.Sprintf("%x", s.ParentSpanId), Status: s.Status.GetCode().String(), Code: a["http.response.status_code"]}
		if v.Parent != "" {
			v.Trace = fmt.Sprintf("%x", s.TraceId)
		}
		v.Code = v.Code[strings.Index(v.Code, ":")+1:]
		got[s.Name] = v
		if s.Kind != tracepb.Span_SPAN_KIND_SERVER {
			t.Errorf("%s: kind %s", s.Name, s.Kind)
		}
		if strings.Contains(s.String(), "hunter2") {
			t.Errorf("a secret is in %v", s)
		}
	}
	if diff := cmp.Diff(map[string]seen{
		"POST /called": {callersTrace, callersSpan, "STATUS_CODE_UNSET", "200"},
		"GET /fails":   {"", "", "STATUS_CODE_ERROR", "503"},
		"GET /wrong":   {"", "", "STATUS_CODE_UNSET", "404"},
		"GET /breaks":  {"", "", "STATUS_CODE_ERROR", "200"},
		"HTTP /odd":    {"", "", "STATUS_CODE_UNSET", "200"},
	}, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// sent is a transport that keeps what it is given.
type sent struct {
	requests []*http.Request
	answer   int // 0: none
	closed   bool
}

func (s *sent) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests = append(s.requests, r)
	if s.answer == 0 {
		return nil, errors.New("no route to hunter2")
	}
	return &http.Response{StatusCode: s.answer, Body: io.NopCloser(strings.NewReader(""))}, nil
}

func (s *sent) CloseIdleConnections() { s.closed = true }

// TestTransport wants requests of a trace to name it, and all others to be left
// alone.
func TestTransport(t *testing.T) {
	tr, c := started(t)
	ctx, attempt := tr.Start(t.Context(), "attempt")
	below := &sent{}
	client := &http.Client{Transport: tr.Transport(below)}
	send := func(ctx context.Context, answer int) {
		below.answer = answer
		r := request(t, http.MethodPost, "https://hook.example/hunter2").WithContext(ctx)
		r.RequestURI = ""
		resp, err := client.Do(r)
		if (err == nil) != (answer != 0) {
			t.Errorf("answer %d: %v", answer, err)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
		if r.Header.Get("Traceparent") != "" {
			t.Error("the request of the caller was changed")
		}
	}
	send(ctx, http.StatusOK)
	send(ctx, http.StatusNotFound)
	send(ctx, 0)
	send(t.Context(), http.StatusOK)
	attempt.End()
	tr.Close()
	send(ctx, http.StatusOK)

	var status []string
	for _, s := range c.spans {
		if s.Name == "attempt" {
			continue
		}
		status = append(status, strings.TrimPrefix(s.Status.GetCode().String(), "STATUS_CODE_"))
		want := fmt.Sprintf("00-%s-%x-01", attempt.SpanContext().TraceID(), s.SpanId)
		if got := below.requests[len(status)-1].Header.Get("Traceparent"); got != want || s.Kind != tracepb.Span_SPAN_KIND_CLIENT {
			t.Errorf("%s: traceparent %q, want %q", s.Kind, got, want)
		}
		if strings.Contains(s.String(), "hunter2") || strings.Contains(s.String(), "hook.example") {
			t.Errorf("a secret is in %v", s)
		}
	}
	if want := []string{"UNSET", "ERROR", "ERROR"}; !slices.Equal(status, want) {
		t.Errorf("status %q, want %q", status, want)
	}
	for _, r := range below.requests[3:] {
		if got := r.Header.Get("Traceparent"); got != "" {
			t.Errorf("a request of no trace names %s", got)
		}
	}
	if client.CloseIdleConnections(); !below.closed {
		t.Error("idle connections stay open")
	}
}

func named(names ...string) (alerts []*alert.Alert, ids []alert.Fingerprint) {
	for _, name := range names {
		a := &alert.Alert{Labels: alert.LabelsFromMap(map[string]string{"alertname": name})}
		alerts, ids = append(alerts, a), append(ids, a.Fingerprint())
	}
	return alerts, ids
}

// TestTick wants a tick to belong to the request that has brought one of its
// alerts last, and to be linked to the others, but only once.
func TestTick(t *testing.T) {
	tr, c := started(t)
	brought := func(names ...string) trace.SpanContext {
		ctx, span := tr.Start(t.Context(), "request")
		defer span.End()
		alerts, _ := named(names...)
		tr.Brought(ctx, alerts)
		return span.SpanContext()
	}
	first, second := brought("a", "b"), brought("c")
	_, ids := named("a", "b", "c", "unknown")
	last := time.Now()
	ctx, tick := tr.Tick(t.Context(), time.Time{}, ids)
	if sc := trace.SpanContextFromContext(ctx); !sc.Equal(tick.SpanContext()) || sc.TraceID() != second.TraceID() {
		t.Errorf("the tick is in the trace %s, want %s", sc.TraceID(), second.TraceID())
	}
	tick.End()
	if _, next := tr.Tick(t.Context(), last, ids); next.SpanContext().TraceID() == second.TraceID() || next.SpanContext().TraceID() == first.TraceID() {
		t.Error("the request has had its tick")
	}
	third := brought("a")
	if _, next := tr.Tick(t.Context(), last, ids); next.SpanContext().TraceID() != third.TraceID() {
		t.Error("the newest request has no tick")
	}
	tr.Close()
	span := c.one(t, "group tick")
	if len(span.Links) != 1 || fmt.Sprintf("%x", span.Links[0].SpanId) != first.SpanID().String() {
		t.Errorf("links %v, want %s", span.Links, first.SpanID())
	}
}

// TestBroughtUnseen wants requests that are not recorded to leave no trail.
func TestBroughtUnseen(t *testing.T) {
	tr, _ := started(t)
	alerts, _ := named("a")
	tr.Brought(t.Context(), alerts)
	tr.Brought(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1},
	})), alerts)
	if len(tr.trail.young) != 0 {
		t.Errorf("remembered: %v", tr.trail.young)
	}
}

// TestTrailIsBounded wants old alerts to be forgotten, and a tick to have not too
// many links.
func TestTrailIsBounded(t *testing.T) {
	var tr trail
	var all []alert.Fingerprint
	for i := range 3 * trailSize {
		alerts, ids := named(fmt.Sprint(i))
		all = append(all, ids...)
		request := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{byte(i), byte(i >> 8), 1}})
		tr.add(alerts, mark{request, time.Unix(int64(i), 0)})
	}
	if n := len(tr.young) + len(tr.old); n > 2*trailSize {
		t.Errorf("%d alerts are remembered", n)
	}
	if got := tr.origins(all[:1], time.Time{}); got != nil {
		t.Errorf("the oldest has %v", got)
	}
	newest := all[len(all)-trailSize:]
	if got := tr.marks(newest, time.Time{}); len(got) != len(newest) {
		t.Errorf("of the newest %d are known", len(got))
	}
	got := tr.origins(all, time.Time{})
	if want := (trace.SpanID{0xff, 0x5f, 1}); len(got) != 1+maxLinks || got[0].SpanID() != want {
		t.Errorf("%d origins, the first is %s, want %s", len(got), got[0].SpanID(), want)
	}
	tr.clear()
	if got := tr.origins(all, time.Time{}); got != nil {
		t.Errorf("after clearing there is %v", got)
	}
}

// nowhere is an http.ResponseWriter that keeps nothing.
type nowhere struct{}

func (nowhere) Header() http.Header         { return nil }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}

// TestOffCostsNothing wants nothing to be allocated while tracing is off, even for
// a request that names a trace.
func TestOffCostsNothing(t *testing.T) {
	tr := New(Options{})
	r := request(t, http.MethodPost, "/")
	r.Header.Set("Traceparent", callersHeader)
	served := 0
	handler := tr.Handler("/", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	transport := tr.Transport(roundTrip{})
	alerts, _ := named("a")
	ctx := t.Context()
	for name, f := range map[string]func(){
		"Start":     func() { _, s := tr.Start(ctx, "x"); s.End() },
		"Handler":   func() { handler.ServeHTTP(nowhere{}, r) },
		"Transport": func() { _, _ = transport.RoundTrip(r) }, //nolint:bodyclose // there is none
		"Brought":   func() { tr.Brought(ctx, alerts) },
		"On":        func() { tr.On() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	if served == 0 {
		t.Error("nothing was served")
	}
}

type roundTrip struct{}

func (roundTrip) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrAbortHandler }
