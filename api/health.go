package api

import (
	"fmt"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthy says that the process answers, and what is wrong with it. It is status
// 200 all the same: whoever asks would restart it, which would mend no disk and
// lose what is only in memory.
func (s *server) healthy(w http.ResponseWriter, r *http.Request) {
	if err := s.lifecycle.Impaired(); err != nil {
		say(w, r, "Impaired: "+err.Error())
		return
	}
	say(w, r, "OK")
}

// ready says whether alerts should be sent here, and if not why not.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.lifecycle.Ready(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	say(w, r, "OK")
}

func say(w http.ResponseWriter, r *http.Request, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, text)
	}
}

// reload waits until the configuration has been read again.
func (s *server) reload(w http.ResponseWriter, r *http.Request) {
	err := s.lifecycle.Reload(r.Context())
	switch gone := r.Context().Err(); {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case gone != nil:
		http.Error(w, gone.Error(), http.StatusServiceUnavailable)
	default:
		http.Error(w, fmt.Sprintf("failed to reload config: %s", err), http.StatusInternalServerError)
	}
}

// exposition shows the metrics, as text or protobuf.
func exposition(g prometheus.Gatherer, reg prometheus.Registerer) http.Handler {
	h := promhttp.HandlerFor(g, promhttp.HandlerOpts{
		OfferedCompressions: []promhttp.Compression{promhttp.Identity, promhttp.Gzip},
	})
	if reg == nil {
		return h
	}
	return promhttp.InstrumentMetricHandler(reg, h)
}

// index names what is served, for people who come with a browser.
func (s *server) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "tocsin\n\n")
	for _, path := range []string{
		"/api/v2/status", "/api/v2/receivers", "/api/v2/alerts", "/api/v2/alerts/groups",
		"/api/v2/silences", "/api/v2/silence/{silenceID}",
		"/-/healthy", "/-/ready", "/-/reload", "/metrics", "/debug/pprof/",
	} {
		_, _ = io.WriteString(w, s.prefix+path+"\n")
	}
}
