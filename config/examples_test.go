package config_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/template"
)

// TestReceiverExamples loads the example of each kind, which has one integration
// of that kind. A kind without one, and one without a kind, are mistakes.
func TestReceiverExamples(t *testing.T) {
	const dir = "../examples/receivers"
	var names, found []string
	var options config.Options
	for _, kind := range all.Kinds() {
		names = append(names, kind.Name)
		options.Kinds = append(options.Kinds, kind)
		options.Flags = append(options.Flags, kind.Flag)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		found = append(found, strings.TrimSuffix(filepath.Base(path), ".yml"))
	}
	slices.Sort(names)
	slices.Sort(found)
	if diff := cmp.Diff(names, found); diff != "" {
		t.Fatalf("%s has not exactly one NAME.yml for each kind (-kinds +files):\n%s", dir, diff)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { receiverExample(t, filepath.Join(dir, name+".yml"), name, options) })
	}
}

func receiverExample(t *testing.T, path, name string, options config.Options) {
	c, err := config.Load(path, options)
	if err != nil {
		t.Fatal(err)
	}
	set, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if problems := c.CheckTemplates(set); len(problems) > 0 || len(c.Warnings) > 0 {
		t.Errorf("templates: %v, warnings: %q", problems, c.Warnings)
	}
	if len(c.Receivers) != 1 || !c.Used()[c.Receivers[0].Name] {
		t.Fatalf("receivers %v, want one that the route uses", c.Receivers)
	}
	if list := c.Receivers[0].Integrations; len(list) != 1 || list[0].Kind != name {
		t.Errorf("integrations %v, want one of the kind %s", list, name)
	}
	rendersExample(t, c.Receivers[0], set)
	if page := "docs/receivers/" + name + ".md"; !strings.Contains(string(c.Source), page) {
		t.Errorf("the example does not name the page %s", page)
	}
}

// rendersExample wants that each kind can say what it would send, without what
// stands in the examples in place of secrets.
func rendersExample(t *testing.T, r config.Receiver, set *template.Set) {
	t.Helper()
	t.Setenv("AWS_CA_BUNDLE", "") // or a client would be used that takes no transport
	in := r.Integrations[0]
	trial := notify.Trial{
		Deps:        notify.Deps{UserAgent: "tocsin/test", AllowExec: true},
		Templates:   set,
		ExternalURL: "http://tocsin.example",
		Receiver:    r.Name,
	}
	got := trial.Render(t.Context(), []notify.TrialEntry{{Kind: in.Kind, Config: in.Config}})[0]
	text := fmt.Sprintf("%+v", got)
	switch {
	case strings.Contains(text, "REPLACE-ME"):
		t.Errorf("a secret is shown: %s", text)
	case in.Kind == "wechat" && len(got.Requests) == 1 && got.Note != "":
		// It asks for a token first.
	case in.Kind == "exec" && strings.Contains(got.Err, "no such file"):
		// The program of the example is one that readers have to write.
	case got.Status != notify.TrialRendered || !strings.Contains(text, "TocsinTest"):
		t.Errorf("not rendered: %s", text)
	}
}
