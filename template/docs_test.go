package template

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func docsPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docsBlock is a fenced part of the page.
type docsBlock struct{ info, text string }

func docsBlocks(page string) []docsBlock {
	var found []docsBlock
	for _, m := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		found = append(found, docsBlock{m[1], m[2]})
	}
	return found
}

// docsExample is a template and what the page says comes out of it.
type docsExample struct{ template, want string }

// docsExamples are lines with an arrow, and pairs of whole blocks.
func docsExamples(t *testing.T, page string) []docsExample {
	t.Helper()
	var examples []docsExample
	blocks := docsBlocks(page)
	for i, b := range blocks {
		switch b.info {
		case "examples":
			for line := range strings.Lines(b.text) {
				text, want, found := strings.Cut(strings.TrimSuffix(line, "\n"), " -> ")
				if !found {
					t.Errorf("no arrow in %q", line)
				}
				examples = append(examples, docsExample{text, want})
			}
		case "input":
			// The line break before a fence belongs to the fence.
			want := strings.TrimSuffix(blocks[i+1].text, "\n")
			examples = append(examples, docsExample{strings.TrimSuffix(b.text, "\n"), strings.TrimRight(want, "\n")})
		}
	}
	return examples
}

// TestDocsExamples executes them two hours after the alerts have begun. Blanks
// and empty lines at the end are left out on the page.
func TestDocsExamples(t *testing.T) {
	page := docsPage(t)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(exampleNow()))
		set, data := newSet(t), example()
		for _, e := range docsExamples(t, page) {
			got := strings.TrimRight(mustText(t, set, Text(e.template), data), " \n")
			if diff := cmp.Diff(strings.TrimRight(e.want, " "), got); diff != "" {
				t.Errorf("%s (-docs +program):\n%s", e.template, diff)
			}
		}
	})
}

func TestDocsData(t *testing.T) {
	want, err := json.MarshalIndent(example(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var shown string
	for _, b := range docsBlocks(docsPage(t)) {
		if b.info == "json" {
			shown = b.text
		}
	}
	var a, b any
	for text, into := range map[string]*any{shown: &a, string(want): &b} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("data (-docs +program):\n%s", diff)
	}
}

// TestDocsHaveEveryName wants the fields, functions and built-in templates in
// backquotes, and an example of every function.
func TestDocsHaveEveryName(t *testing.T) {
	page := docsPage(t)
	var examples strings.Builder
	for _, e := range docsExamples(t, page) {
		examples.WriteString(e.template + "\n")
	}
	wanted := make(map[string]bool)
	for _, typ := range []reflect.Type{reflect.TypeFor[Data](), reflect.TypeFor[Alert]()} {
		for field := range typ.Fields() {
			wanted["."+field.Name] = true
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(funcs())), labelsFunc) {
		wanted[name] = true
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(examples.String()) {
			t.Errorf("docs/templates.md has no example of %s", name)
		}
	}
	for _, parsed := range newSet(t).text.Templates() {
		if name := parsed.Name(); name != "" && !strings.HasSuffix(name, ".tmpl") {
			wanted[name] = true
		}
	}
	for name := range wanted {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/templates.md does not have `%s`", name)
		}
	}
}

// TestDocsDefaults compares the templates that are said to give the same text.
func TestDocsDefaults(t *testing.T) {
	_, table, found := strings.Cut(docsPage(t), "\n| gives | templates |\n|---|---|\n")
	if !found {
		t.Fatal("docs/templates.md has no table of the defaults")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	set, data := newSet(t), example()
	compared := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		want := map[string]string{"nothing": "", "subject, a bar, link": subject + " | " + link}[cells[0]]
		if base := strings.Trim(cells[0], "`"); base != cells[0] {
			want = mustText(t, set, Text(`{{ template "`+base+`" . }}`), data)
		}
		for name := range strings.SplitSeq(cells[1], ", ") {
			compared++
			got := mustText(t, set, Text(`{{ template "`+strings.Trim(name, "`")+`" . }}`), data)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s is not as %s (-want +got):\n%s", name, cells[0], diff)
			}
		}
	}
	if compared < 50 {
		t.Errorf("only %d templates were compared", compared)
	}
}
