package api

import (
	"net/http"
	"slices"
	"strings"
)

// shareWithOrigins lets web pages of any origin read answers and post, without
// credentials. It reports whether the request was a preflight, which it has
// answered then. A preflight for anything else is answered without permission,
// so that browsers do not send the request.
func shareWithOrigins(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	fromOther := r.Header.Get("Origin") != ""
	method := r.Header.Get("Access-Control-Request-Method")
	if r.Method != http.MethodOptions || !fromOther || method == "" {
		h.Set("Vary", "Origin")
		if fromOther {
			h.Set("Access-Control-Allow-Origin", "*")
		}
		return false
	}
	h.Set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	headers := strings.ToLower(strings.Join(r.Header.Values("Access-Control-Request-Headers"), ","))
	if sharedMethod(method) && sharedHeaders(headers) {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", method)
		if headers != "" {
			h.Set("Access-Control-Allow-Headers", headers)
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

func sharedMethod(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodHead}, method)
}

func sharedHeaders(list string) bool {
	for name := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(name) {
		case "", "accept", "content-type", "x-requested-with":
		default:
			return false
		}
	}
	return true
}
