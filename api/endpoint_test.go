package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestV2Methods(t *testing.T) {
	tests := []struct{ method, path, allow string }{
		{"PUT", "/alerts", "GET,POST"},
		{"DELETE", "/alerts", "GET,POST"},
		{"HEAD", "/alerts", "GET,POST"},
		{"OPTIONS", "/alerts", "GET,POST"},
		{"POST", "/alerts/groups", "GET"},
		{"POST", "/status", "GET"},
		{"POST", "/receivers", "GET"},
		{"PATCH", "/silences", "GET,POST"},
		{"POST", "/silence/" + someID, "DELETE,GET"},
		{"HEAD", "/status", "GET"},
	}
	for _, tt := range tests {
		w := newRig(t, nil).do(t, call{method: tt.method, target: "/api/v2" + tt.path})
		wantAnswer(t, w, http.StatusMethodNotAllowed,
			`{"code":405,"message":"method `+tt.method+` is not allowed, but [`+tt.allow+`] are"}`)
		if got := w.Header().Get("Allow"); got != tt.allow {
			t.Errorf("%s %s: Allow %q, want %q", tt.method, tt.path, got, tt.allow)
		}
	}
}

func TestV2UnknownPaths(t *testing.T) {
	for _, path := range []string{"", "swagger.json", "docs", "openapi.yaml", "alerts/x", "silence/", "silence/a/b", "x%2Fy"} {
		w := newRig(t, nil).get(t, "/api/v2/"+path)
		wantAnswer(t, w, http.StatusNotFound, `{"code":404,"message":"path /api/v2/`+path+` was not found"}`)
	}
}

func TestV2SlashAtTheEnd(t *testing.T) {
	for _, path := range []string{"alerts", "alerts/groups", "silences", "receivers", "status"} {
		with, without := newRig(t, nil).get(t, "/api/v2/"+path+"/"), newRig(t, nil).get(t, "/api/v2/"+path)
		if with.Code != http.StatusOK || with.Body.String() != without.Body.String() {
			t.Errorf("%s/ answers %d: %s, want what %s answers: %s", path, with.Code, with.Body, path, without.Body)
		}
	}
}

func TestV2NeverCached(t *testing.T) {
	for target, status := range map[string]int{
		"/api/v2/status": 200, "/api/v2/alerts?filter=": 400, "/api/v2/x": 404, "/api/v2/silence/" + someID: 404, "/api/v2/silence/x": 422,
	} {
		w := newRig(t, nil).get(t, target)
		if w.Code != status || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, want %d, Cache-Control %q", target, w.Code, status, w.Header().Get("Cache-Control"))
		}
	}
}

func TestContentType(t *testing.T) {
	const unsupported = `{"code":415,"message":"unsupported media type \"…\", only [application/json] are allowed"}`
	for typ, ok := range map[string]bool{
		"application/json":                  true,
		"application/json; charset=utf-8":   true,
		"Application/JSON;charset=x":        true,
		"":                                  false,
		"text/plain":                        false,
		"application/x-www-form-urlencoded": false,
		"application/jsonx":                 false,
		"nonsense; ;":                       false,
	} {
		for path, good := range map[string]string{"/api/v2/alerts": "[]", "/api/v2/silences": goodSilence} {
			w := newRig(t, nil).do(t, call{method: "POST", target: path, body: good, header: http.Header{"Content-Type": {typ}}})
			if ok {
				if w.Code == http.StatusUnsupportedMediaType {
					t.Errorf("%s %q: %d", path, typ, w.Code)
				}
				continue
			}
			if typ == "" {
				typ = "application/octet-stream"
			}
			wantAnswer(t, w, http.StatusUnsupportedMediaType, strings.Replace(unsupported, "…", typ, 1))
		}
	}
	w := newRig(t, nil).do(t, call{method: "POST", target: "/api/v2/alerts", body: "[]", header: http.Header{"Content-Type": nil}})
	wantAnswer(t, w, http.StatusUnsupportedMediaType, strings.Replace(unsupported, "…", "application/octet-stream", 1))
}

func TestAccept(t *testing.T) {
	for accept, ok := range map[string]bool{
		"":                              true,
		"*/*":                           true,
		"application/*":                 true,
		"application/json":              true,
		"APPLICATION/JSON":              true,
		"application/json; charset=x":   true,
		"text/html, */*;q=0.1":          true,
		"text/html,application/json":    true,
		"text/html":                     false,
		"application/json;q=0":          false,
		"application/json; q=0.000":     false,
		"application/xml, text/*;q=0.5": false,
	} {
		w := newRig(t, nil).do(t, call{target: "/api/v2/alerts", header: http.Header{"Accept": {accept}}})
		if ok {
			wantAnswer(t, w, http.StatusOK, "[]\n")
			continue
		}
		wantAnswer(t, w, http.StatusNotAcceptable, `{"code":406,"message":"unsupported media type requested, only [application/json] are available"}`)
	}
	w := newRig(t, nil).do(t, call{target: "/api/v2/alerts", header: http.Header{"Accept": {"text/html", "application/json"}}})
	wantAnswer(t, w, http.StatusOK, "[]\n")
}

func TestRequestEncodingIgnored(t *testing.T) {
	w := newRig(t, nil).do(t, call{
		method: "POST", target: "/api/v2/alerts", body: "[]",
		header: http.Header{"Content-Encoding": {"gzip"}, "Accept-Encoding": {"gzip"}},
	})
	wantAnswer(t, w, http.StatusOK, "")
}

func TestCORS(t *testing.T) {
	const (
		origin  = "Origin"
		method  = "Access-Control-Request-Method"
		headers = "Access-Control-Request-Headers"
	)
	type allowed struct{ Origin, Methods, Headers, Vary string }
	const longVary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	tests := map[string]struct {
		method string
		header http.Header
		status int
		want   allowed
	}{
		"no origin":        {"GET", http.Header{}, 200, allowed{Vary: "Origin"}},
		"origin":           {"GET", http.Header{origin: {"http://x"}}, 200, allowed{Origin: "*", Vary: "Origin"}},
		"error":            {"PUT", http.Header{origin: {"http://x"}}, 405, allowed{Origin: "*", Vary: "Origin"}},
		"plain options":    {"OPTIONS", http.Header{origin: {"http://x"}}, 405, allowed{Origin: "*", Vary: "Origin"}},
		"preflight":        {"OPTIONS", http.Header{origin: {"http://x"}, method: {"GET"}}, 204, allowed{"*", "GET", "", longVary}},
		"preflight post":   {"OPTIONS", http.Header{origin: {"http://x"}, method: {"POST"}, headers: {"Content-Type, accept,x-requested-with"}}, 204, allowed{"*", "POST", "content-type, accept,x-requested-with", longVary}},
		"preflight head":   {"OPTIONS", http.Header{origin: {"http://x"}, method: {"HEAD"}}, 204, allowed{"*", "HEAD", "", longVary}},
		"preflight delete": {"OPTIONS", http.Header{origin: {"http://x"}, method: {"DELETE"}}, 204, allowed{Vary: longVary}},
		"other header":     {"OPTIONS", http.Header{origin: {"http://x"}, method: {"GET"}, headers: {"authorization"}}, 204, allowed{Vary: longVary}},
		"no page":          {"OPTIONS", http.Header{method: {"GET"}}, 405, allowed{Vary: "Origin"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newRig(t, nil).do(t, call{method: tt.method, target: "/api/v2/alerts", header: tt.header})
			h := w.Header()
			got := allowed{h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Allow-Methods"), h.Get("Access-Control-Allow-Headers"), h.Get("Vary")}
			if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
				t.Errorf("%d, want %d\n%s", w.Code, tt.status, diff)
			}
			if h.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials allowed")
			}
		})
	}
}
