package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/template"
)

type manyTexts struct {
	Common `yaml:",inline"`
	Title  template.Text            `yaml:"title"`
	Color  string                   `yaml:"color"`
	Fields []field                  `yaml:"fields,omitempty"`
	Extra  map[string]template.Text `yaml:"extra"`
	Free   any                      `yaml:"free"`
	Maybe  *field                   `yaml:"maybe"`
	Token  Secret                   `yaml:"token"`
}

type field struct {
	Name  template.Text `yaml:"name"`
	Short bool          `yaml:"short"`
}

func (m manyTexts) Templates() map[string]template.Text {
	return map[string]template.Text{"token": template.Text(m.Token)}
}

func TestTextsFindsAllTemplates(t *testing.T) {
	settings := manyTexts{
		Title: "t", Color: "not a template", Fields: []field{{Name: "f0"}, {Name: "f1"}},
		Extra: map[string]template.Text{"b": "eb", "a": "ea"},
		Free:  map[string]any{"list": []any{"l0", 1, map[string]any{"deep": "d"}}, "n": nil},
		Maybe: &field{Name: "m"}, Token: "k",
	}
	var got []string
	for path, text := range (config[manyTexts]{settings: settings}).Texts() {
		got = append(got, path+"="+string(text))
	}
	want := []string{
		"title=t", "fields[0].name=f0", "fields[1].name=f1", "extra.a=ea", "extra.b=eb",
		"free.list[0]=l0", "free.list[2].deep=d", "maybe.name=m", "token=k",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	for range (config[manyTexts]{settings: settings}).Texts() {
		break // must not yield after it was told to stop
	}
}
