package api

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// openAPI describes /api/v2 and /api/tocsin/v1.
//
//go:embed openapi.yaml
var openAPI []byte

// The answer to every request that a test sends through rig.do is held against
// openapi.yaml: status, content type and body.

// contract returns openapi.yaml.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

func description(tb testing.TB) *openapi3.T {
	tb.Helper()
	doc, err := contract()
	if err != nil {
		tb.Fatal(err)
	}
	return doc
}

// baseOf is what stands before a path of openapi.yaml.
func baseOf(item *openapi3.PathItem) string {
	if len(item.Servers) > 0 {
		return item.Servers[0].URL
	}
	return "/api/v2"
}

// filled is a path of openapi.yaml with an ID.
func filled(path, id string) string {
	return strings.NewReplacer("{silenceID}", id, "{id}", id, "{name}", id).Replace(path)
}

// described returns the path of openapi.yaml that is asked for below a base.
func described(doc *openapi3.T, base, path string) (string, *openapi3.PathItem) {
	for template, item := range doc.Paths.Map() {
		before, behind, open := strings.Cut(template, "{")
		_, after, _ := strings.Cut(behind, "}")
		id, below := strings.CutPrefix(path, before)
		id, above := strings.CutSuffix(id, after)
		fits := open && below && above && id != "" && !strings.Contains(id, "/")
		if baseOf(item) == base && (path == template || fits) {
			return template, item
		}
	}
	return "", nil
}

// asked returns the base and the path of a request without the prefix, if it is to
// what openapi.yaml may describe. Paths that /api/v2 has, too, have another base.
func (rig *rig) asked(r *http.Request) (base, path string, ok bool) {
	for _, base := range []string{"/api/v2", "/api/tocsin/v1"} {
		if path, ok := strings.CutPrefix(r.URL.EscapedPath(), strings.TrimSuffix(rig.prefix, "/")+base+"/"); ok {
			if base == "/api/tocsin/v1" && (path == "alerts" || path == "groups") {
				return "/api/tocsin", "/v1/" + path, true
			}
			return base, "/" + strings.TrimSuffix(path, "/"), true
		}
	}
	return "", "", false
}

// keepContract fails unless the answer is as described.
func (rig *rig) keepContract(tb testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	tb.Helper()
	base, path, ok := rig.asked(r)
	if !ok || (r.Method == http.MethodOptions && w.Code == http.StatusNoContent) {
		return // outside of what is described, or a preflight
	}
	doc := description(tb)
	path, item := described(doc, base, path)
	method := r.Method
	switch {
	case item == nil && w.Code != http.StatusNotFound && w.Code != http.StatusServiceUnavailable:
		tb.Errorf("%s %s: %d, although there is no such path", r.Method, r.URL, w.Code)
		return
	case item == nil:
		path, method = "/status", http.MethodGet // all paths refuse in the same way
	case item.GetOperation(method) == nil && w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusServiceUnavailable:
		tb.Errorf("%s %s: %d, although there is no such method", r.Method, r.URL, w.Code)
		return
	case item.GetOperation(method) == nil:
		method = http.MethodGet
	}
	if err := answersAs(r, sniffed(w), operation(doc, path, method)); err != nil {
		tb.Errorf("%s %s: %d %.200s\n%v", r.Method, r.URL, w.Code, w.Body, err)
	}
}

// sniffed returns the answer with the Content-Type that net/http adds when there
// is none, as in the answers of http.TimeoutHandler.
func sniffed(w *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	if w.Body.Len() == 0 || w.Header().Get("Content-Type") != "" {
		return w
	}
	sent := httptest.NewRecorder()
	sent.Code, sent.Body = w.Code, w.Body
	maps.Copy(sent.Header(), w.Header())
	sent.Header().Set("Content-Type", http.DetectContentType(w.Body.Bytes()))
	return sent
}

// operation returns the place of an operation in openapi.yaml.
func operation(doc *openapi3.T, path, method string) *routers.Route {
	item := doc.Paths.Value(path)
	op := item.GetOperation(method)
	if op == nil {
		op = cmp.Or(item.Delete, item.Post) // all refuse other methods in the same way
	}
	return &routers.Route{Spec: doc, Server: doc.Servers[0], Path: path, PathItem: item, Method: method, Operation: op}
}

// answersAs returns what is wrong with an answer.
func answersAs(r *http.Request, w *httptest.ResponseRecorder, route *routers.Route) error {
	response := route.Operation.Responses.Status(w.Code)
	if response == nil {
		response = route.Operation.Responses.Default()
	}
	if len(response.Value.Content) == 0 {
		if typ := w.Header().Get("Content-Type"); w.Body.Len() > 0 || typ != "" {
			return fmt.Errorf("there should be no body, and no Content-Type %q", typ)
		}
		return nil
	}
	asked := r.Clone(context.Background())
	asked.Method = route.Method
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, Route: route},
		Status:                 w.Code,
		Header:                 w.Header(),
		Body:                   io.NopCloser(strings.NewReader(w.Body.String())),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

// asksAs returns what is wrong with a request.
func asksAs(r *http.Request, route *routers.Route) error {
	return openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request:    r,
		Route:      route,
		PathParams: map[string]string{"id": someID, "silenceID": someID, "name": someID},
	})
}
