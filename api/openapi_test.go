package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

type openAPIOperation struct {
	RequestBody struct {
		Content map[string]struct {
			Examples map[string]struct{ Value any }
		}
	} `yaml:"requestBody"`
	Responses map[string]any
}

// operations returns all operations of openapi.yaml by path and method.
func operations(t *testing.T) map[string]map[string]openAPIOperation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal([]byte(OpenAPI()), &doc); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]map[string]openAPIOperation)
	for path, item := range doc.Paths {
		found[path] = make(map[string]openAPIOperation)
		for key, node := range item {
			if key == "parameters" {
				continue
			}
			var op openAPIOperation
			if err := node.Decode(&op); err != nil {
				t.Fatalf("%s %s: %v", key, path, err)
			}
			found[path][strings.ToUpper(key)] = op
		}
	}
	return found
}

// Every path and method that is described is served, and no others are.
func TestOpenAPIIsRouted(t *testing.T) {
	described := operations(t)
	if len(described) != 6 {
		t.Errorf("%d paths described, want 6", len(described))
	}
	r := newRig(t, nil)
	r.silences.list = []Silence{{ID: someID}}
	for path, ops := range described {
		target := "/api/v2" + strings.ReplaceAll(path, "{silenceID}", someID)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} {
			w := r.do(t, call{method: method, target: target})
			_, want := ops[method]
			if served := w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound; served != want {
				t.Errorf("%s %s: %d, but described: %v", method, path, w.Code, want)
			}
		}
	}
}

// Every example of a request is accepted.
func TestOpenAPIExamples(t *testing.T) {
	tried := 0
	for path, ops := range operations(t) {
		for method, op := range ops {
			for name, example := range op.RequestBody.Content[mediaJSON].Examples {
				body, err := json.Marshal(example.Value)
				if err != nil {
					t.Fatal(err)
				}
				w := newRig(t, nil).do(t, call{method: method, target: "/api/v2" + path, body: string(body)})
				if w.Code != http.StatusOK {
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

// Every reference inside the description leads somewhere.
func TestOpenAPIReferences(t *testing.T) {
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(OpenAPI()), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && !leads(doc, ref) {
				t.Errorf("%s leads nowhere", ref)
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(doc)
}

func leads(doc map[string]any, ref string) bool {
	var at any = doc
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		m, ok := at.(map[string]any)
		if !ok {
			return false
		}
		at = m[step]
	}
	return at != nil
}
