// Package layers holds the house in shape: who may import whom, and that what the
// architecture page names exists.
package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tocsin-alerting/tocsin"

// rows are the floors of the house. A package may import what stands on a lower
// floor, never its neighbours. A name that ends in /* stands for the packages
// directly below it.
func rows() [][]string {
	return [][]string{
		{"alert", "internal/fit", "internal/yamlx", "internal/golden", "internal/line", "internal/wire", "internal/explain", "internal/walltest", "internal/jsontext"},
		{"store", "template", "timeinterval", "cluster", "event", "internal/tracing"},
		{"notify", "silence", "inhibit", "store/disk"},
		{"notify/*", "dispatch"},
		{"notify/all"},
		{"config", "api", "internal/ctl/client"},
		{"internal/daemon", "internal/ctl"},
		{"cmd/*"},
	}
}

// exceptions to the rows, each with its reason.
func allowed() map[string][]string {
	return map[string][]string{
		// The receivers' list and the shared test suite are above the receivers,
		// and dispatch does not know any of them.
		"notify/receivertest": {"internal/golden", "internal/yamlx", "notify", "template", "alert"},
	}
}

// strict lists packages that may import less than their row allows.
func strict() map[string][]string {
	return map[string][]string{
		"alert": {},
		"store": {"alert", "internal/fit"},
		// What they replicate has the methods that the cluster asks for; they need
		// not know it.
		"silence":    {"alert", "store", "internal/wire"},
		"store/disk": {"alert", "store"},
		"inhibit":    {"alert", "store"},
		"notify":     {"alert", "store", "template", "timeinterval", "internal/jsontext", "internal/line", "internal/wire"},
		"api":        {"alert", "internal/explain", "internal/jsontext"},
		// What speaks to a daemon over HTTP knows nothing of how one is built, and the
		// command line must not bring the daemon along.
		"internal/ctl/client": {"internal/explain"},
		"cmd/tocsinctl":       {"internal/ctl"},
		// The roof knows the list of receivers and no single one.
		"config": {"alert", "dispatch", "inhibit", "internal/explain", "internal/tracing", "internal/yamlx", "notify", "notify/all", "timeinterval", "template"},
	}
}

func floor(pkg string) int {
	for i, row := range rows() {
		if slices.Contains(row, pkg) {
			return i
		}
	}
	for i, row := range rows() {
		for _, name := range row {
			if dir, below := strings.CutSuffix(name, "/*"); below && path.Dir(pkg) == dir {
				return i
			}
		}
	}
	return -1
}

// problem says what is wrong with an import, if anything.
func problem(from, to string) string {
	if names, special := allowed()[from]; special {
		if slices.Contains(names, to) {
			return ""
		}
		return from + " must not import " + to
	}
	if names, special := strict()[from]; special && !slices.Contains(names, to) {
		return from + " must not import " + to
	}
	switch f, t := floor(from), floor(to); {
	case f < 0:
		return from + " has no floor in the house: add it to rows"
	case t < 0:
		return to + " has no floor in the house: add it to rows"
	case t >= f:
		return from + " must not import " + to
	}
	return ""
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestImports(t *testing.T) {
	checked := 0
	for _, p := range packages(t) {
		from, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours || strings.HasPrefix(from, "test/") || strings.HasPrefix(from, "internal/layers") {
			continue
		}
		for _, i := range p.Imports {
			to, ours := strings.CutPrefix(i, module+"/")
			if !ours {
				continue
			}
			checked++
			if text := problem(from, to); text != "" {
				t.Error(text)
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d imports were looked at: the test does not see the house", checked)
	}
}

func TestProblem(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"config", "notify/slack", "config must not import notify/slack"},
		{"notify", "silence", "notify must not import silence"},
		{"silence", "cluster", "silence must not import cluster"},
		{"silence", "store", ""},
		{"notify/webhook", "notify", ""},
		{"notify/webhook", "notify/log", "notify/webhook must not import notify/log"},
		{"notify/all", "notify/webhook", ""},
		{"config", "notify/all", ""},
		{"alert", "internal/yamlx", "alert must not import internal/yamlx"},
		{"dispatch", "notify", ""},
		{"dispatch", "notify/webhook", "dispatch must not import notify/webhook"},
		{"api", "store", "api must not import store"},
		{"cmd/tocsin", "internal/daemon", ""},
		{"surprise", "alert", "surprise has no floor in the house: add it to rows"},
	} {
		if got := problem(c.from, c.to); got != c.want {
			t.Errorf("%s → %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
