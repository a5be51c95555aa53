package api

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTraceHook wants every request to /api/v2 that has a route to be seen under
// its name, and no other: probes would fill a collector.
func TestTraceHook(t *testing.T) {
	var seen []string
	r := newRig(t, func(o *Options) {
		o.Trace = func(route string, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, r.Method+" "+route)
				next.ServeHTTP(w, r)
			})
		}
	})
	for _, c := range []call{
		{target: "/api/v2/status"},
		{method: http.MethodPost, target: "/api/v2/alerts/", body: "[]"},
		{target: "/api/v2/silence/8b9f1f4e-7d31-4a2b-9c53-1f0a5e2b6c01"},
		{target: "/api/v2/unknown"},
		{target: "/-/healthy"},
		{target: "/metrics"},
	} {
		r.do(t, c)
	}
	if diff := cmp.Diff([]string{
		"GET /api/v2/status",
		"POST /api/v2/alerts",
		"GET /api/v2/silence/{silenceID}",
	}, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}
