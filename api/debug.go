package api

import (
	"net/http"
	"net/http/pprof"
)

// routeDebug routes the profiles of the Go runtime.
func (s *server) routeDebug(mux *http.ServeMux) {
	const name = "/debug/*subpath"
	profiles := http.NewServeMux()
	profiles.HandleFunc("GET /debug/pprof/", pprof.Index)
	profiles.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	profiles.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	profiles.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	h := http.StripPrefix(s.prefix, profiles).ServeHTTP
	s.handleAs(mux, "/debug/{subpath...}", name, methods{http.MethodGet: h, http.MethodPost: h})
	mux.Handle(s.prefix+"/debug/pprof", redirect(http.StatusTemporaryRedirect, s.prefix+"/debug/pprof/"))
}
