package api

import (
	"io"
	"net/http"
	"strings"

	"github.com/go-kit/log/level"
)

// tombstoneText is what the first version of the API answers to everything.
const tombstoneText = `{"status":"deprecated","error":"The API v1 was deprecated in version 0.16.0 and removed in version 0.27.0 of Alertmanager. Use the API v2, as this program does."}` + "\n"

// routeV1 routes what was once the API v1, so that old clients learn why they
// get no answer.
func (s *server) routeV1(mux *http.ServeMux) {
	const (
		base = "/api/v1"
		get  = http.MethodGet
		post = http.MethodPost
		del  = http.MethodDelete
	)
	for path, allowed := range map[string][]string{
		"/status":        {get},
		"/receivers":     {get},
		"/alerts":        {get, post},
		"/silences":      {get, post},
		"/silence/{sid}": {get, del},
	} {
		m := methods{}
		for _, method := range allowed {
			m[method] = s.tombstone
		}
		s.handleAs(mux, base+path, strings.ReplaceAll(path, "{sid}", ":sid"), m)
	}
}

func (s *server) tombstone(w http.ResponseWriter, r *http.Request) {
	_ = level.Warn(s.logger).Log("msg", "request for the removed API v1", "method", r.Method, "path", r.URL.Path)
	w.Header().Set("Content-Type", mediaJSON)
	w.WriteHeader(http.StatusGone)
	_, _ = io.WriteString(w, tombstoneText)
}
