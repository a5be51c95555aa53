package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// routes builds the mux with every path, each behind what catches its panics
// and measures it.
func (s *server) routes(g prometheus.Gatherer, reg prometheus.Registerer) *http.ServeMux {
	mux := http.NewServeMux()
	s.routeV2(mux)
	s.routeGroup(mux)
	s.routeLists(mux)
	s.routeTrials(mux)
	s.routeExplain(mux)
	s.routeSnapshot(mux)
	s.routeCluster(mux)
	s.routeV1(mux)
	s.routeDebug(mux)
	s.handle(mux, "/-/healthy", methods{http.MethodGet: s.healthy, http.MethodHead: s.healthy})
	s.handle(mux, "/-/ready", methods{http.MethodGet: s.ready, http.MethodHead: s.ready})
	s.handle(mux, "/-/reload", methods{http.MethodPost: s.reload})
	s.handle(mux, "/metrics", methods{http.MethodGet: exposition(g, reg).ServeHTTP})
	s.handle(mux, "/", methods{http.MethodGet: s.index})
	if s.prefix != "" {
		mux.Handle("/{$}", redirect(http.StatusFound, s.prefix))
		mux.Handle(s.prefix, redirect(http.StatusMovedPermanently, s.prefix+"/"))
	}
	return mux
}

func (s *server) routeV2(mux *http.ServeMux) {
	for path, e := range map[string]endpoints{
		"/api/v2/status":              {http.MethodGet: s.getStatus},
		"/api/v2/receivers":           {http.MethodGet: s.getReceivers},
		"/api/v2/alerts":              {http.MethodGet: s.getAlerts, http.MethodPost: s.postAlerts},
		"/api/v2/alerts/groups":       {http.MethodGet: s.getGroups},
		"/api/v2/silences":            {http.MethodGet: s.getSilences, http.MethodPost: s.postSilence},
		"/api/v2/silence/{silenceID}": {http.MethodGet: s.getSilence, http.MethodDelete: s.deleteSilence},
	} {
		h := s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger)))
		mux.Handle(s.prefix+path, h)
		// Clients that add a slash have always been answered.
		mux.Handle(s.prefix+path+"/{$}", h)
	}
	// One name for all of them: clients must not be able to make series.
	const rest = "/api/v2/"
	mux.Handle(s.prefix+rest, s.metrics.timed(rest, caught(s.unknown(), s.logger)))
}

// methods are the handlers of one path outside of /api/v2.
type methods map[string]http.HandlerFunc

// handle routes one such path. The path with a slash at its end is redirected
// to it.
func (s *server) handle(mux *http.ServeMux, path string, m methods) {
	s.handleAs(mux, path, path, m)
}

// handleAs is handle with another name in the metrics.
func (s *server) handleAs(mux *http.ServeMux, path, name string, m methods) {
	measured := make(map[string]http.Handler, len(m))
	for method, h := range m {
		measured[method] = s.metrics.timed(name, s.metrics.sized(name, caught(h, s.logger)))
	}
	allow := strings.Join(slices.Sorted(maps.Keys(withOptions(m))), ", ")
	route := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := measured[r.Method]; ok {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", allow)
		if r.Method != http.MethodOptions {
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		}
	})
	if before, slash := strings.CutSuffix(path, "/"); slash {
		mux.Handle(s.prefix+before+"/{$}", route)
		return
	}
	mux.Handle(s.prefix+path, route)
	if !strings.HasSuffix(path, "}") {
		mux.Handle(s.prefix+path+"/{$}", withoutSlash())
	}
}

// withOptions adds OPTIONS, which every path answers by its Allow header alone.
func withOptions(m methods) methods {
	m = maps.Clone(m)
	m[http.MethodOptions] = nil
	return m
}

// withoutSlash redirects to the same path without the slash at its end.
func withoutSlash() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusTemporaryRedirect
		if r.Method == http.MethodGet {
			status = http.StatusMovedPermanently
		}
		to := *r.URL
		to.Path, to.RawPath = strings.TrimSuffix(to.Path, "/"), ""
		http.Redirect(w, r, to.RequestURI(), status)
	})
}

func redirect(status int, to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, status)
	})
}
