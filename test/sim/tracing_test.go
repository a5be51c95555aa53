package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const (
	callersTrace  = "0af7651916cd43dd8448eb211c80319c"
	callersSpan   = "b7ad6b7169203331"
	callersHeader = "00-" + callersTrace + "-" + callersSpan + "-01"
)

// traced is a configuration that records only what callers have recorded.
var traced = strings.Replace(config, "receiver.example", "hook.example", 1) + `
tracing: {client_type: http, endpoint: "otel.example:4318", insecure: true}
`

// observatory is a collector of spans and a webhook that looks at headers.
type observatory struct {
	otel, hook *pipes

	mu    sync.Mutex
	spans []*tracepb.Span
	heard []string // traceparent of each webhook request
	down  bool     // the webhook answers 500
}

// watch puts an observatory into the world of a daemon.
func watch() (*observatory, func(*daemon.Options)) {
	o := &observatory{}
	return o, func(options *daemon.Options) {
		// Made here, since channels belong to the bubble.
		o.otel, o.hook = newPipes(), newPipes()
		others := options.Dial
		options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			switch address {
			case "otel.example:4318":
				return o.otel.dial(ctx, network, address)
			case "hook.example:80":
				return o.hook.dial(ctx, network, address)
			}
			return others(ctx, network, address)
		}
	}
}

// open serves until the end of the story.
func (o *observatory) open(t *testing.T) {
	for l, h := range map[*pipes]http.HandlerFunc{o.otel: o.collect, o.hook: o.hear} {
		server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
	}
}

func (o *observatory) collect(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	req := &coltracepb.ExportTraceServiceRequest{}
	if err := errors.Join(err, proto.Unmarshal(body, req)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, resource := range req.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			o.spans = append(o.spans, scope.Spans...)
		}
	}
}

func (o *observatory) hear(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, r.Header.Get("Traceparent"))
	if o.down {
		http.Error(w, "down", http.StatusInternalServerError)
	}
}

func (o *observatory) setDown(down bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = down
}

// chains are the spans with all that is above them, from the top.
func (o *observatory) chains() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	byID := map[string]*tracepb.Span{}
	for _, s := range o.spans {
		byID[string(s.SpanId)] = s
	}
	var chains []string
	for _, s := range o.spans {
		text := s.Name
		for at := s; len(at.ParentSpanId) > 0; {
			above, known := byID[string(at.ParentSpanId)]
			if !known {
				text = fmt.Sprintf("%x > ", at.ParentSpanId) + text
				break
			}
			text, at = above.Name+" > "+text, above
		}
		if id := fmt.Sprintf("%x", s.TraceId); id != callersTrace {
			text = "elsewhere: " + text
		}
		chains = append(chains, text)
	}
	slices.Sort(chains)
	return chains
}

// firesFor posts an alert as a part of a trace.
func (w *world) firesFor(host, traceparent string) {
	w.t.Helper()
	body := strings.NewReader(fmt.Sprintf(`[{"labels":{"alertname":"X","host":%q}}]`, host))
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "http://tocsin/api/v2/alerts", body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Traceparent", traceparent)
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("status %d %v", resp.StatusCode, err)
	}
}

// TestOneTrace wants one trace from the request that brings an alert to the one
// that tells of it, over a failed attempt, and then an end to it.
func TestOneTrace(t *testing.T) {
	o, option := watch()
	inBubble(t, traced, func(w *world) {
		o.open(w.t)
		o.setDown(true)
		w.firesFor("a", callersHeader)
		w.until(30*time.Second + time.Millisecond)
		o.setDown(false)
		w.until(time.Minute)
		w.fires("b") // nobody records this
		w.until(7 * time.Minute)

		const tick = callersSpan + " > POST /api/v2/alerts > group tick"
		if diff := cmp.Diff([]string{
			callersSpan + " > POST /api/v2/alerts",
			tick,
			tick + " > notification attempt",
			tick + " > notification attempt",
			tick + " > notification attempt > POST",
			tick + " > notification attempt > POST",
		}, o.chains()); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		if len(o.heard) != 3 {
			t.Fatalf("heard %q", o.heard)
		}
		var sent []string
		for _, s := range o.spans {
			if strings.Contains(s.String(), "hook.example") {
				t.Errorf("a URL is in %v", s)
			}
			if s.Name == "POST" {
				sent = append(sent, fmt.Sprintf("00-%x-%x-01", s.TraceId, s.SpanId))
			}
		}
		if diff := cmp.Diff(sent, o.heard[:2]); diff != "" {
			t.Errorf("traceparent (-want +got):\n%s", diff)
		}
		if last := o.heard[2]; strings.Contains(last, callersTrace) || !strings.HasSuffix(last, "-00") {
			t.Errorf("what nobody records is sent as %s", last)
		}
	}, option)
}

// TestAttributes wants spans to say what they are about.
func TestAttributes(t *testing.T) {
	o, option := watch()
	inBubble(t, traced, func(w *world) {
		o.open(w.t)
		o.setDown(true)
		w.firesFor("a", callersHeader)
		w.until(40 * time.Second)
		var texts []string
		for _, s := range o.spans {
			text := s.Name + ":"
			for _, a := range s.Attributes {
				text += fmt.Sprintf(" %s=%s", a.Key, strings.ReplaceAll(a.Value.GetStringValue()+fmt.Sprint(a.Value.GetIntValue()), "\n", ""))
			}
			if !slices.Contains(texts, text+" "+s.Status.GetMessage()) {
				texts = append(texts, text+" "+s.Status.GetMessage())
			}
		}
		for _, want := range []string{
			`group tick: tocsin.group={}:{alertname="X"}0 tocsin.alerts=1 tocsin.alerts_left=1 tocsin.receiver=ops0 `,
			`notification attempt: tocsin.group={}:{alertname="X"}0 tocsin.receiver=ops0 tocsin.integration=webhook[0]0 ` +
				`tocsin.reason=first notification0 tocsin.alerts=1 tocsin.attempt=1 error.type=serverError0 unexpected status code 500: down`,
			"POST: http.request.method=POST0 http.response.status_code=500 ",
		} {
			if !slices.Contains(texts, want) {
				t.Errorf("no span\n%s\namong\n%s", want, strings.Join(texts, "\n"))
			}
		}
	}, option)
}

// TestTracingIsReloaded wants a reload to switch tracing off and on, and to fail
// if it cannot.
func TestTracingIsReloaded(t *testing.T) {
	o, option := watch()
	off, _, _ := strings.Cut(traced, "tracing:")
	quick := strings.NewReplacer("group_wait: 30s", "group_wait: 0s", "group_interval: 5m", "group_interval: 1m")
	inBubble(t, quick.Replace(traced), func(w *world) {
		o.open(w.t)
		step := 0
		spans := func() int {
			w.firesFor(fmt.Sprint("host", step), callersHeader)
			step++
			w.until(time.Duration(step)*2*time.Minute + 30*time.Second) // between two ticks
			o.mu.Lock()
			defer o.mu.Unlock()
			n := len(o.spans)
			o.spans = nil
			return n
		}
		reload := func(text string, want int) {
			w.write(quick.Replace(text))
			if status, answer := w.call(http.MethodPost, "/-/reload", ""); status != want {
				t.Errorf("reload answers %d: %s", status, answer)
			}
		}
		const all = 4 // request, tick, attempt, request
		if n := spans(); n != all {
			t.Errorf("%d spans", n)
		}
		reload(strings.Replace(traced, "insecure: true", "tls_config: {ca_file: /does/not/exist}", 1), http.StatusInternalServerError)
		if n := spans(); n != all {
			t.Errorf("%d spans after a reload that failed", n)
		}
		reload(off, http.StatusOK)
		if n := spans(); n != 0 || o.heard[2] != "" {
			t.Errorf("%d spans and %q after tracing was switched off", n, o.heard[2])
		}
		reload(traced, http.StatusOK)
		if n := spans(); n != all {
			t.Errorf("%d spans after tracing was switched on again", n)
		}
		if len(o.heard) != 4 {
			t.Errorf("heard %q", o.heard)
		}
	}, option)
}

// TestCollectorIsGone wants a collector that does not answer to delay what is told
// not at all, and the end of the daemon for a few seconds.
func TestCollectorIsGone(t *testing.T) {
	hangs := func(o *daemon.Options) {
		others := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != "192.0.2.1:4318" {
				return others(ctx, network, address)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	for _, client := range []string{"http", "grpc"} {
		t.Run(client, func(t *testing.T) {
			inBubble(t, config+`
tracing: {client_type: `+client+`, endpoint: "192.0.2.1:4318", insecure: true, sampling_fraction: 1, timeout: 1h}
`, func(w *world) {
				w.fires("a")
				w.until(time.Minute)
				w.ends("a")
				w.until(10 * time.Minute)
				w.want("30s ops +a (first notification)", "5m30s ops -a (all alerts resolved)")
				w.fires("b") // there is something left to send
				begin := time.Now()
				w.halt()
				if took := time.Since(begin); took > 3*time.Second+100*time.Millisecond { // gRPC rounds up
					t.Errorf("stopping took %s", took)
				}
				if !strings.Contains(w.logs.String(), "Spans cannot be sent") {
					t.Error("nobody is told that spans are lost")
				}
				w.boot()
			}, hangs)
		})
	}
}
