package inhibit

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
)

func strict(text string, into any) error {
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	d.KnownFields(true)
	if err := d.Decode(into); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func TestRule(t *testing.T) {
	for _, tt := range []struct {
		name    string
		yaml    string
		syntax  alert.Syntax
		source  string
		target  string
		equal   []string
		notices int
		errs    []string
	}{
		{name: "nothing matches everything", yaml: `{}`, source: `{}`, target: `{}`},
		{
			name:   "all kinds of one side together",
			yaml:   `{source_match: {b: "1", a: 2}, source_match_re: {d: x|y, c: ""}, source_matchers: [e!=1, 'f=~"2",g!~3'], target_matchers: [h=i]}`,
			source: `{a="2",b="1",c=~"^(?:)$",d=~"^(?:x|y)$",e!="1",f=~"2",g!~"3"}`,
			target: `{h="i"}`,
		},
		{
			name:   "both sides",
			yaml:   `{source_matchers: [a=1], target_match: {a: "2"}, target_match_re: {b: .+}, target_matchers: [c=3], equal: [x, y, x]}`,
			source: `{a="1"}`, target: `{a="2",b=~"^(?:.+)$",c="3"}`, equal: []string{"x", "y", "x"},
		},
		{name: "notices", yaml: `{source_matchers: ['a=b c', 'a=b'], target_matchers: ['a=']}`, source: `{a="b",a="b c"}`, target: `{a=""}`, notices: 2},
		{name: "the syntax counts", yaml: `{source_matchers: ['a=b c']}`, syntax: alert.SyntaxUTF8, errs: []string{`source_matchers[0]: `}},
		{name: "UTF-8 names", yaml: `{source_matchers: ['ü=1'], equal: [ä]}`, source: `{ü="1"}`, target: `{}`, equal: []string{"ä"}},
		{name: "UTF-8 name in equal in classic mode", yaml: `{equal: [a, ä]}`, syntax: alert.SyntaxClassic, errs: []string{`equal[1]: invalid label name "ä"`}},
		{name: "empty name in equal", yaml: `{equal: [""]}`, errs: []string{`equal[0]: invalid label name ""`}},
		{name: "the old maps know classic names only", yaml: `{source_match: {ü: x}, target_match_re: {"a:b": x}}`, errs: []string{`source_match: invalid label name "ü"`, `target_match_re: invalid label name "a:b"`}},
		{name: "bad regular expressions", yaml: `{source_match_re: {a: (}, target_match_re: {a: }, target_matchers: ["x=~["]}`, errs: []string{`source_match_re: `, `target_match_re: label "a": no regular expression`, `target_matchers[0]: `}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c RuleConfig
			if err := strict(tt.yaml, &c); err != nil {
				t.Fatal(err)
			}
			c.Name = "name"
			rule, notices, err := c.Rule(tt.syntax)
			checkErrors(t, err, tt.errs)
			if err != nil {
				return
			}
			if len(notices) != tt.notices {
				t.Errorf("notices %v, want %d", notices, tt.notices)
			}
			got := []any{rule.Name, rule.Source.String(), rule.Target.String(), rule.Equal}
			if diff := cmp.Diff([]any{"name", tt.source, tt.target, tt.equal}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func checkErrors(t *testing.T, err error, want []string) {
	t.Helper()
	if (err == nil) != (want == nil) {
		t.Fatalf("error %v, want %q", err, want)
	}
	if err == nil {
		return
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("errors %q, want %q", lines, want)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("error %q, want %q", line, want[i])
		}
	}
}

func TestRuleConfigShape(t *testing.T) {
	for _, tt := range []struct{ yaml, err string }{
		{`{source_matchers: a=1}`, "cannot unmarshal"},
		{`{target_match: [a]}`, "cannot unmarshal"},
		{`{source: {}}`, "field source not found"},
		{`{equal: x}`, "cannot unmarshal"},
		{`{source_match: {a: 1, a: 2}}`, "already defined"},
	} {
		var c RuleConfig
		if err := strict(tt.yaml, &c); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: error %v, want %q", tt.yaml, err, tt.err)
		}
	}
}

func TestRuleConfigShown(t *testing.T) {
	const text = `name: first
source_match:
    a: "1"
source_match_re:
    b: x|y
target_matchers:
    - c="3"
equal:
    - cluster
`
	var c RuleConfig
	if err := strict(text, &c); err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Error(diff)
	}
}

func FuzzRuleConfig(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{name: first, source_match: {a: 1}, target_match_re: {b: x|y}, equal: [c]}`,
		`{source_matchers: ['a=b c', '{d!~"e"}', ''], target_matchers: [null], equal: ["ü"]}`,
		`{source_match_re: {a: }, target_match: {"": x}}`,
	} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(1))
		f.Add(seed, uint8(2))
	}
	f.Fuzz(func(t *testing.T, text string, mode uint8) {
		var c, again RuleConfig
		syntax := alert.Syntax(mode % 3)
		if strict(text, &c) != nil {
			return
		}
		rule, _, err := c.Rule(syntax)
		if err != nil {
			return
		}
		shown, err := yaml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict(string(shown), &again); err != nil {
			t.Fatalf("shown form does not load: %v\n%s", err, shown)
		}
		other, _, err := again.Rule(syntax)
		if err != nil {
			t.Fatalf("shown form is no rule: %v\n%s", err, shown)
		}
		if rule.Source.String() != other.Source.String() || rule.Target.String() != other.Target.String() {
			t.Fatalf("%+v became %+v", rule, other)
		}
		alerts := &fake{}
		a := until(0, "a", "1")
		alerts.put(a)
		by := New([]Rule{rule}, alerts).MutedBy(a, epoch())
		if by != nil {
			t.Fatalf("an alert is muted by %v, and there is no other", by)
		}
	})
}
