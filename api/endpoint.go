package api

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/go-kit/log/level"
)

const mediaJSON = "application/json"

// endpoint handles one method of one path of /api/v2. It has written nothing
// when it returns an error, other than errAborted.
type endpoint func(w http.ResponseWriter, r *http.Request) error

// endpoints are the methods of one path.
type endpoints map[string]endpoint

// allowed returns the methods, sorted.
func (e endpoints) allowed() []string { return slices.Sorted(maps.Keys(e)) }

// v2 serves a path of /api/v2: what holds for each of them is done here.
func (s *server) v2(e endpoints) http.Handler {
	allowed := e.allowed()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if shareWithOrigins(w, r) {
			return
		}
		handle, ok := e[r.Method]
		if !ok {
			w.Header().Set("Allow", strings.Join(allowed, ","))
			methodNotAllowed(r.Method, allowed).write(w)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.maxBody)
		err := negotiate(r)
		if err == nil {
			err = handle(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail answers with an error. What is the daemon's own fault is logged too.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errAborted) {
		// Ending the answer properly would make half of it look complete.
		panic(http.ErrAbortHandler)
	}
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		_ = level.Error(s.logger).Log("msg", "request failed", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	if p.status == http.StatusRequestEntityTooLarge {
		w.Header().Set("Connection", "close") // rather than read the rest
	}
	p.write(w)
}

// unknown answers for the paths of /api/v2 that do not exist.
func (s *server) unknown() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if !shareWithOrigins(w, r) {
			pathNotFound(strings.TrimPrefix(r.URL.EscapedPath(), s.prefix)).write(w)
		}
	})
}

// negotiate checks that client and server agree on JSON, in the body if there
// is one and in the answer.
func negotiate(r *http.Request) error {
	if hasBody := r.ContentLength != 0; hasBody && r.Method == http.MethodPost {
		given := r.Header.Get("Content-Type")
		if media, _, err := mime.ParseMediaType(given); err != nil || media != mediaJSON {
			return unsupportedMedia(given)
		}
	}
	if !acceptsJSON(r.Header.Values("Accept")) {
		return notAcceptable()
	}
	return nil
}

// acceptsJSON reports whether Accept headers admit JSON. None admits all.
func acceptsJSON(headers []string) bool {
	ranges := strings.FieldsFunc(strings.Join(headers, ","), func(r rune) bool { return r == ',' })
	asked := false
	for _, text := range ranges {
		if strings.TrimSpace(text) == "" {
			continue
		}
		asked = true
		if admitsJSON(text) {
			return true
		}
	}
	return !asked
}

// admitsJSON reports whether one media range of an Accept header admits JSON.
func admitsJSON(mediaRange string) bool {
	media, params, _ := mime.ParseMediaType(mediaRange)
	if strings.Trim(params["q"], "0.") == "" && params["q"] != "" {
		return false // a weight of zero means: anything but this
	}
	return media == mediaJSON || media == "application/*" || media == "*/*"
}
