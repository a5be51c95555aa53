package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-kit/log"
)

func TestPlainRoutes(t *testing.T) {
	const text = "text/plain; charset=utf-8"
	tests := []struct {
		method, path string
		status       int
		body         string
		contentType  string
		allow        string
	}{
		{"GET", "/-/healthy", 200, "OK", text, ""},
		{"HEAD", "/-/healthy", 200, "", text, ""},
		{"POST", "/-/healthy", 405, "Method Not Allowed\n", text, "GET, HEAD, OPTIONS"},
		{"OPTIONS", "/-/healthy", 200, "", "", "GET, HEAD, OPTIONS"},
		{"GET", "/-/ready", 200, "OK", text, ""},
		{"HEAD", "/-/ready", 200, "", text, ""},
		{"POST", "/-/reload", 200, "", "", ""},
		{"GET", "/-/reload", 405, "Method Not Allowed\n", text, "OPTIONS, POST"},
		{"PUT", "/-/reload", 405, "Method Not Allowed\n", text, "OPTIONS, POST"},
		{"HEAD", "/metrics", 405, "Method Not Allowed\n", text, "GET, OPTIONS"},
		{"POST", "/debug/pprof/heap", 405, "Method Not Allowed\n", text, "GET, HEAD"},
		{"PUT", "/debug/pprof/heap", 405, "Method Not Allowed\n", text, "GET, OPTIONS, POST"},
		{"GET", "/debug/x", 404, "404 page not found\n", text, ""},
		{"GET", "/nope", 404, "404 page not found\n", text, ""},
		{"GET", "/api/v1/nope", 404, "404 page not found\n", text, ""},
		{"GET", "/api/v1/alerts", 410, tombstoneText, "application/json", ""},
		{"POST", "/api/v1/alerts", 410, tombstoneText, "application/json", ""},
		{"POST", "/api/v1/silences", 410, tombstoneText, "application/json", ""},
		{"GET", "/api/v1/status", 410, tombstoneText, "application/json", ""},
		{"GET", "/api/v1/receivers", 410, tombstoneText, "application/json", ""},
		{"DELETE", "/api/v1/silence/x", 410, tombstoneText, "application/json", ""},
		{"POST", "/api/v1/status", 405, "Method Not Allowed\n", text, "GET, OPTIONS"},
		{"DELETE", "/", 405, "Method Not Allowed\n", text, "GET, OPTIONS"},
	}
	for _, prefix := range []string{"", "/p", "/p/q"} {
		for _, tt := range tests {
			r := newRig(t, func(o *Options) { o.RoutePrefix = prefix })
			w := r.do(t, call{method: tt.method, target: prefix + tt.path})
			got := []string{w.Body.String(), w.Header().Get("Content-Type"), w.Header().Get("Allow")}
			if w.Code != tt.status || got[0] != tt.body || got[1] != tt.contentType || got[2] != tt.allow {
				t.Errorf("%s %s%s: %d %q, want %d %q %q %q", tt.method, prefix, tt.path, w.Code, got, tt.status, tt.body, tt.contentType, tt.allow)
			}
			if cors := w.Header().Get("Vary") + w.Header().Get("Cache-Control"); cors != "" {
				t.Errorf("%s %s: headers of /api/v2: %s", tt.method, tt.path, cors)
			}
		}
	}
}

func TestPages(t *testing.T) {
	r := newRig(t, func(o *Options) { o.RoutePrefix = "p/" })
	for path, want := range map[string]string{
		"/p/":                    "/p/api/v2/alerts/groups\n",
		"/p/metrics":             `alertmanager_alerts_received_total{status="firing",version="v2"} 0`,
		"/p/debug/pprof/":        "goroutine",
		"/p/debug/pprof/cmdline": "test",
	} {
		if w := r.get(t, path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d without %q: %.200s", path, w.Code, want, w.Body)
		}
	}
}

func TestRedirects(t *testing.T) {
	tests := []struct {
		prefix, method, path string
		status               int
		to                   string
	}{
		{"/p", "GET", "/", 302, "/p"},
		{"/p", "GET", "/p", 301, "/p/"},
		{"/p/", "GET", "/p", 301, "/p/"},
		{"/p", "GET", "/p/api/v2", 307, "/p/api/v2/"},
		{"/p", "GET", "/p/debug/pprof", 307, "/p/debug/pprof/"},
		{"", "GET", "/api/v2", 307, "/api/v2/"},
		{"", "POST", "/api/v2", 307, "/api/v2/"},
		{"/", "GET", "/-/ready/", 301, "/-/ready"},
		{"", "GET", "/metrics/?a=b", 301, "/metrics?a=b"},
		{"", "POST", "/-/reload/", 307, "/-/reload"},
		{"/p", "GET", "/metrics", 404, ""},
		{"/p", "GET", "/api/v2/status", 404, ""},
		{"/p", "GET", "/p/p/", 404, ""},
		{"", "GET", "/", 200, ""},
		{"/", "GET", "/", 200, ""},
	}
	for _, tt := range tests {
		r := newRig(t, func(o *Options) { o.RoutePrefix = tt.prefix })
		w := r.do(t, call{method: tt.method, target: tt.path})
		if w.Code != tt.status || w.Header().Get("Location") != tt.to {
			t.Errorf("%q %s %s: %d to %q, want %d to %q", tt.prefix, tt.method, tt.path, w.Code, w.Header().Get("Location"), tt.status, tt.to)
		}
	}
}

func TestPrefixedV2(t *testing.T) {
	r := newRig(t, func(o *Options) { o.RoutePrefix = "/p" })
	wantAnswer(t, r.get(t, "/p/api/v2/alerts"), 200, "[]\n")
	wantAnswer(t, r.get(t, "/p/api/v2/x"), 404, `{"code":404,"message":"path /api/v2/x was not found"}`)
}

func TestNotReady(t *testing.T) {
	r := newRig(t, nil)
	r.lifecycle.notReady = errors.New("cluster is settling")
	wantAnswer(t, r.get(t, "/-/ready"), http.StatusServiceUnavailable, "cluster is settling\n")
	wantAnswer(t, r.get(t, "/-/healthy"), http.StatusOK, "OK")
	r.lifecycle.notReady = nil
	wantAnswer(t, r.get(t, "/-/ready"), http.StatusOK, "OK")
}

func TestImpairedIsHealthyAndSaysSo(t *testing.T) {
	r := newRig(t, nil)
	r.lifecycle.impaired = errors.New("no space left on device")
	wantAnswer(t, r.get(t, "/-/healthy"), http.StatusOK, "Impaired: no space left on device")
	wantAnswer(t, r.get(t, "/-/ready"), http.StatusOK, "OK")
}

func TestReload(t *testing.T) {
	r := newRig(t, nil)
	r.lifecycle.reload = func(context.Context) error { return errors.New("line 3: bad") }
	w := r.post(t, "/-/reload", "")
	wantAnswer(t, w, http.StatusInternalServerError, "failed to reload config: line 3: bad\n")
	if typ := w.Header().Get("Content-Type"); !strings.HasPrefix(typ, "text/plain") {
		t.Errorf("Content-Type %q", typ)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.lifecycle.reload = func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	w = httptest.NewRecorder()
	r.handler.ServeHTTP(w, call{method: "POST", target: "/-/reload"}.request(t).WithContext(ctx))
	wantAnswer(t, w, http.StatusServiceUnavailable, "context canceled\n")
}

func TestTombstoneIsLogged(t *testing.T) {
	var lines strings.Builder
	r := newRig(t, func(o *Options) { o.Logger = log.NewLogfmtLogger(&lines) })
	r.get(t, "/api/v1/alerts")
	if !strings.Contains(lines.String(), "level=warn") || !strings.Contains(lines.String(), "path=/api/v1/alerts") {
		t.Errorf("log: %q", lines.String())
	}
}

func TestNewRefuses(t *testing.T) {
	good := Options{Alerts: &fakeAlerts{}, Silences: &fakeSilences{}, Engine: &fakeEngine{}, Lifecycle: &fakeLifecycle{}, Trials: &fakeTrials{}, Explainer: &fakeExplainer{}}
	if _, err := New(good); err != nil {
		t.Errorf("good options: %v", err)
	}
	for name, change := range map[string]func(*Options){
		"no alerts":      func(o *Options) { o.Alerts = nil },
		"no silences":    func(o *Options) { o.Silences = nil },
		"no engine":      func(o *Options) { o.Engine = nil },
		"no trials":      func(o *Options) { o.Trials = nil },
		"no explainer":   func(o *Options) { o.Explainer = nil },
		"no lifecycle":   func(o *Options) { o.Lifecycle = nil },
		"braces":         func(o *Options) { o.RoutePrefix = "/{x}" },
		"space":          func(o *Options) { o.RoutePrefix = "/a b" },
		"unclean prefix": func(o *Options) { o.RoutePrefix = "/a//b/../c" },
	} {
		o := good
		change(&o)
		if h, err := New(o); err == nil || h != nil {
			t.Errorf("%s: no error", name)
		}
	}
	r := newRig(t, nil)
	good.Registerer = r.registry
	if _, err := New(good); err == nil {
		t.Error("metrics registered twice: no error")
	}
}
