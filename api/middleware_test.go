package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
)

// engineFunc is an engine whose groups come from a function.
type engineFunc struct {
	fakeEngine
	groupsOf func(ctx context.Context) ([]Group, error)
}

func (e *engineFunc) Groups(ctx context.Context) ([]Group, error) { return e.groupsOf(ctx) }

func TestGetConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &engineFunc{groupsOf: func(context.Context) ([]Group, error) {
			<-release
			return nil, nil
		}}
		r := newRig(t, func(o *Options) { o.Engine, o.GetConcurrency = e, 2 })
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { wantAnswer(t, r.get(t, "/api/v2/alerts/groups"), 200, "[]\n") })
		}
		synctest.Wait()
		w := r.get(t, "/-/healthy")
		wantAnswer(t, w, http.StatusServiceUnavailable, "The limit of 2 concurrent GET requests is reached, try again later.\n")
		if typ := w.Header().Get("Content-Type"); !strings.HasPrefix(typ, "text/plain") {
			t.Errorf("Content-Type %q", typ)
		}
		wantAnswer(t, r.post(t, "/api/v2/alerts", "[]"), 200, "")
		wantAnswer(t, r.do(t, call{method: "HEAD", target: "/-/healthy"}), 200, "")
		wantMetrics(t, r, 2, 1)
		close(release)
		wg.Wait()
		wantAnswer(t, r.get(t, "/-/healthy"), 200, "OK")
		wantMetrics(t, r, 0, 1)
	})
}

func wantMetrics(t *testing.T, r *rig, inFlight, refused float64) {
	t.Helper()
	got := make(map[string]float64)
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if l := m.GetLabel(); len(l) == 1 && l[0].GetName() == "method" && l[0].GetValue() == "get" {
				got[f.GetName()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	if n := got["alertmanager_http_requests_in_flight"]; n != inFlight {
		t.Errorf("%v requests in flight, want %v", n, inFlight)
	}
	if n := got["alertmanager_http_concurrency_limit_exceeded_total"]; n != refused {
		t.Errorf("%v requests refused, want %v", n, refused)
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engineFunc{groupsOf: func(ctx context.Context) ([]Group, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		r := newRig(t, func(o *Options) { o.Engine, o.Timeout = e, 3*time.Second })
		begin := time.Now()
		w := r.get(t, "/api/v2/alerts/groups")
		wantAnswer(t, w, http.StatusServiceUnavailable, "The request took longer than the timeout of 3s.\n")
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
		wantAnswer(t, r.get(t, "/api/v2/alerts"), http.StatusOK, "[]\n")
		r.lifecycle.reload = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		if w := r.post(t, "/-/reload", ""); w.Code != http.StatusServiceUnavailable {
			t.Errorf("reload: %d", w.Code)
		}
		synctest.Wait()
	})
}

func TestPanics(t *testing.T) {
	var lines strings.Builder
	e := &engineFunc{groupsOf: func(context.Context) ([]Group, error) { panic("boom") }}
	r := newRig(t, func(o *Options) { o.Engine, o.Logger = e, log.NewLogfmtLogger(&lines) })
	server := httptest.NewServer(r.handler)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v2/alerts/groups", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatalf("the connection was dropped: %v", err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d, want 500", res.StatusCode)
	}
	if !strings.Contains(lines.String(), "err=boom") || !strings.Contains(lines.String(), "level=error") {
		t.Errorf("log: %q", lines.String())
	}
	const series = `alertmanager_http_request_duration_seconds_count{code="500",handler="/api/v2/alerts/groups",method="get"} 1`
	if body := r.get(t, "/metrics").Body.String(); !strings.Contains(body, series) {
		t.Errorf("not counted: %s", series)
	}
}

// Once the answer has begun, only cutting it off can say that it failed.
func TestPanicInAnswer(t *testing.T) {
	h := caught(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("boom")
	}), log.NewNopLogger())
	defer func() {
		if reason, _ := recover().(error); !errors.Is(reason, http.ErrAbortHandler) {
			t.Errorf("recovered %v", reason)
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), call{target: "/"}.request(t))
	t.Error("the answer was ended as if it were whole")
}

func TestFaultsAreLogged(t *testing.T) {
	var lines strings.Builder
	r := newRig(t, func(o *Options) { o.Logger = log.NewLogfmtLogger(&lines) })
	r.get(t, "/api/v2/silence/nope")
	if lines.Len() > 0 {
		t.Errorf("a mistake of a client is logged: %s", lines.String())
	}
	r.engine.err = context.DeadlineExceeded
	r.get(t, "/api/v2/alerts/groups")
	if !strings.Contains(lines.String(), "path=/api/v2/alerts/groups") {
		t.Errorf("log: %q", lines.String())
	}
}

func TestMatcherNoticeIsLogged(t *testing.T) {
	var lines strings.Builder
	r := newRig(t, func(o *Options) { o.Logger = log.NewLogfmtLogger(&lines) })
	r.alerts.alerts = []*alert.Alert{lasting("n", "b,c=d")}
	w := r.get(t, "/api/v2/alerts?filter=n=b,c=d")
	if !strings.Contains(w.Body.String(), `"n":"b,c=d"`) {
		t.Errorf("the classic meaning does not count: %s", w.Body)
	}
	if !strings.Contains(lines.String(), "level=warn") {
		t.Errorf("log: %q", lines.String())
	}
}

func TestHTTPMetrics(t *testing.T) {
	r := newRig(t, func(o *Options) { o.RoutePrefix = "/p" })
	for _, target := range []string{
		"/p/api/v2/silence/x", "/p/api/v2/silence/" + someID, "/p/api/v2/nope", "/p/api/v2/other", "/p/-/healthy",
		"/p/api/v1/silence/7", "/p/debug/pprof/cmdline", "/p/", "/nope",
	} {
		r.get(t, target)
	}
	r.do(t, call{method: "BREW", target: "/p/api/v2/alerts"})
	body := r.get(t, "/p/metrics").Body.String()
	for _, series := range []string{
		`alertmanager_http_request_duration_seconds_count{code="422",handler="/api/v2/silence/{silenceID}",method="get"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="404",handler="/api/v2/silence/{silenceID}",method="get"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="404",handler="/api/v2/",method="get"} 2`,
		`alertmanager_http_request_duration_seconds_count{code="405",handler="/api/v2/alerts",method="unknown"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="200",handler="/-/healthy",method="get"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="410",handler="/silence/:sid",method="get"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="200",handler="/debug/*subpath",method="get"} 1`,
		`alertmanager_http_request_duration_seconds_count{code="200",handler="/",method="get"} 1`,
		`alertmanager_http_response_size_bytes_bucket{handler="/-/healthy",method="get",le="100"} 1`,
		`alertmanager_http_response_size_bytes_bucket{handler="/-/healthy",method="get",le="1e+08"} 1`,
		`alertmanager_http_response_size_bytes_count{handler="/silence/:sid",method="get"} 1`,
		`promhttp_metric_handler_requests_total`,
	} {
		if !strings.Contains(body, series) {
			t.Errorf("missing: %s", series)
		}
	}
	if strings.Contains(body, `size_bytes_count{handler="/api/v2`) {
		t.Error("sizes of /api/v2 are measured")
	}
	if n, err := testutil.GatherAndCount(r.registry, "alertmanager_http_response_size_bytes"); n != 5 || err != nil {
		t.Errorf("%d series of sizes, want 5: %v", n, err)
	}
}
