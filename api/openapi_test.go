package api

import (
	"encoding/json"
	"net/http"
	"testing"
)

// Every path and method that is described is served, and no others are.
func TestOpenAPIIsRouted(t *testing.T) {
	paths := description(t).Paths.Map()
	if len(paths) != 13 {
		t.Errorf("%d paths described, want 13", len(paths))
	}
	r := newRig(t, nil)
	r.silences.list = []Silence{{ID: someID}}
	r.engine.whole = []WholeGroup{{GroupNames: GroupNames{ID: someID}}}
	for path, item := range paths {
		target := baseOf(item) + filled(path, someID)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} {
			w := r.do(t, call{method: method, target: target})
			want := item.GetOperation(method) != nil
			if served := w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound; served != want {
				t.Errorf("%s %s: %d, but described: %v", method, path, w.Code, want)
			}
		}
	}
}

// Every example of a request is as described, and accepted.
func TestOpenAPIExamples(t *testing.T) {
	doc := description(t)
	tried := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			for name, example := range op.RequestBody.Value.Content.Get(mediaJSON).Examples {
				body, err := json.Marshal(example.Value.Value)
				if err != nil {
					t.Fatal(err)
				}
				c := call{method: method, target: baseOf(item) + filled(path, someID), body: string(body)}
				if err := asksAs(c.request(t), operation(doc, path, method)); err != nil {
					t.Errorf("%s %s, example %s: %v", method, path, name, err)
				}
				if w := newRig(t, nil).do(t, c); w.Code != http.StatusOK {
					t.Errorf("%s %s, example %s: %d %s", method, path, name, w.Code, w.Body)
				}
				tried++
			}
		}
	}
	if tried < 4 {
		t.Errorf("only %d examples", tried)
	}
}
