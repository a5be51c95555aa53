package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// page reads one of the pages that this package holds to the truth.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is a fenced part of a page.
type block struct{ info, text string }

var fenced = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$")

func blocks(page string) []block {
	var found []block
	for _, m := range fenced.FindAllStringSubmatch(page, -1) {
		found = append(found, block{m[1], m[2]})
	}
	return found
}

// after returns the blocks that follow those with the info string.
func after(t *testing.T, page, info string) map[string]string {
	t.Helper()
	all, pairs := blocks(page), make(map[string]string)
	for i, b := range all {
		if b.info == info && i+1 < len(all) {
			pairs[b.text] = all[i+1].text
		}
	}
	if len(pairs) == 0 {
		t.Fatalf("the page has no block %q", info)
	}
	return pairs
}

// rows returns the cells of the table whose first column has the title.
func rows(t *testing.T, page, title string) [][]string {
	t.Helper()
	_, table, found := strings.Cut(page, "\n| "+title+" |")
	if !found {
		t.Fatalf("the page has no table %q", title)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var cells [][]string
	for _, line := range strings.Split(table, "\n")[2:] {
		row := strings.Split(strings.Trim(line, "| "), " | ")
		row[0] = strings.Trim(row[0], "`")
		cells = append(cells, row)
	}
	return cells
}

// keys collects the keys that a type has in YAML.
type keys map[string]bool

func (k keys) of(typ reflect.Type, seen map[reflect.Type]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		k.of(typ.Elem(), seen)
		return
	case reflect.Struct:
	default:
		return
	}
	if seen[typ] {
		return
	}
	seen[typ] = true
	for field := range typ.Fields() {
		name, options, tagged := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !field.IsExported() || name == "" && !tagged:
			continue
		case name != "":
			k[name] = true
		case !strings.Contains(options, "inline"):
			continue
		}
		k.of(field.Type, seen)
	}
}

// in collects the keys of a value that writes its YAML itself.
func (k keys) in(t *testing.T, value any) {
	t.Helper()
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		t.Fatal(err)
	}
	k.ofNode(&node)
}

func (k keys) ofNode(n *yaml.Node) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			k[child.Value] = true
		}
		k.ofNode(child)
	}
}

// fullInterval has every field.
func fullInterval() timeinterval.Named {
	one := []timeinterval.Range{{First: 1, Last: 1}}
	return timeinterval.Named{Name: "n", Intervals: []timeinterval.Interval{{
		Times:    []timeinterval.TimeRange{{Start: 0, End: 1}},
		Weekdays: one, DaysOfMonth: one, Months: one, Years: one,
	}}}
}

// TestDocsHaveEveryKey wants each key in backquotes.
func TestDocsHaveEveryKey(t *testing.T) {
	want := keys{"location": true}
	seen := make(map[reflect.Type]bool)
	want.of(reflect.TypeFor[config.Config](), seen)
	want.of(reflect.TypeFor[notify.HTTPCommon](), seen)
	want.in(t, fullInterval())
	want.in(t, config.Receiver{Name: "n", Labels: map[string]string{"name": "n"}})
	if len(want) < 120 {
		t.Errorf("only %d keys were found: the test does not see them", len(want))
	}
	text := page(t, "configuration.md")
	for key := range want {
		if !strings.Contains(text, "`"+key+"`") {
			t.Errorf("docs/configuration.md does not have `%s`", key)
		}
	}
}

// TestDocsHaveGlobalKeysOfKinds wants the keys that a kind takes from the global
// section on its page.
func TestDocsHaveGlobalKeysOfKinds(t *testing.T) {
	for _, kind := range all.Kinds() {
		part := kind.Globals()
		if part == nil {
			continue
		}
		want := make(keys)
		for field := range reflect.TypeOf(part).Elem().Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); name != "" {
				want[name] = true
			}
		}
		text := page(t, filepath.Join("receivers", kind.Name+".md"))
		for key := range want {
			if !strings.Contains(text, "`"+key+"`") {
				t.Errorf("docs/receivers/%s.md does not have `%s`", kind.Name, key)
			}
		}
	}
}

// TestDocsExamples loads what can be copied, and compares what is said to come
// out of it.
func TestDocsExamples(t *testing.T) {
	text := page(t, "configuration.md")
	for _, b := range blocks(text) {
		if b.info != "yaml" || !strings.Contains("\n"+b.text, "\nroute:") {
			continue
		}
		c, err := read(b.text, "", alert.SyntaxFallback)
		if err != nil || len(c.Warnings) > 0 {
			t.Errorf("error %v in\n%s", err, b.text)
		}
	}
	for file, want := range after(t, text, "yaml mistakes") {
		_, err := read(file, "", alert.SyntaxFallback)
		if err == nil {
			t.Fatalf("no mistake in\n%s", file)
		}
		if diff := cmp.Diff(want, err.Error()+"\n"); diff != "" {
			t.Errorf("mistakes (-docs +program):\n%s", diff)
		}
	}
	// Other kinds show more under global.
	kinds := slices.DeleteFunc(all.Kinds(), func(k notify.Kind) bool { return k.Name != "webhook" })
	for file, want := range after(t, text, "yaml shown") {
		c, err := config.Parse([]byte(file), config.Options{Kinds: kinds})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.String()); diff != "" {
			t.Errorf("shown (-docs +program):\n%s", diff)
		}
	}
}

// withChild is a file with one child route that has one key.
func withChild(t *testing.T, key string, value any) string {
	t.Helper()
	text, err := yaml.Marshal(map[string]any{
		"route":     map[string]any{"receiver": "a", "routes": []any{map[string]any{key: value}}},
		"receivers": []any{map[string]any{"name": "a"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDocsDurations(t *testing.T) {
	for _, row := range rows(t, page(t, "configuration.md"), "written") {
		got := "a mistake"
		if c, err := read(withChild(t, "group_wait", row[0]), "", alert.SyntaxFallback); err == nil {
			got = c.Route.Routes[0].GroupWait.String()
		}
		if got != row[1] {
			t.Errorf("%s is %s, docs say %s", row[0], got, row[1])
		}
	}
}

func TestDocsMatchers(t *testing.T) {
	for _, row := range rows(t, page(t, "configuration.md"), "matcher") {
		for i, syntax := range []alert.Syntax{alert.SyntaxFallback, alert.SyntaxUTF8, alert.SyntaxClassic} {
			got := "yes"
			switch c, err := read(withChild(t, "matchers", []string{row[0]}), "", syntax); {
			case err != nil:
				got = "no"
			case len(c.Warnings) > 0:
				got = "warning"
			}
			if got != row[1+i] {
				t.Errorf("%s in syntax %d: %s, docs say %s", row[0], syntax, got, row[1+i])
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)

// TestDocsLinks wants the files that the pages link to.
func TestDocsLinks(t *testing.T) {
	for _, name := range []string{"configuration.md", "templates.md", "migrate.md", "receivers.md"} {
		text := page(t, name)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if m[1] == "" || strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("../docs", m[1])); err != nil {
				t.Errorf("docs/%s links to %s, which does not exist", name, m[1])
			}
		}
	}
}
