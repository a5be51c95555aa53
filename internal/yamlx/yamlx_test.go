package yamlx_test

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

type inner struct {
	On   bool           `yaml:"on"`
	Wait yamlx.Duration `yaml:"wait"`
}

type target struct {
	Text     string         `yaml:"text"`
	Bool     bool           `yaml:"bool"`
	Int      int8           `yaml:"int"`
	Uint     uint16         `yaml:"uint"`
	Float    float32        `yaml:"float"`
	Timeout  time.Duration  `yaml:"timeout"`
	Wait     yamlx.Duration `yaml:"wait"`
	Pointer  *inner         `yaml:"pointer"`
	List     []string       `yaml:"list"`
	Pointers []*string      `yaml:"pointers"`
	Map      map[string]int `yaml:"map"`
	Any      any            `yaml:"any"`
	Hidden   string         `yaml:"-"`
	Shared   `yaml:",inline"`
	Plain    string
	Strict   strict                 `yaml:"strict"`
	Link     link                   `yaml:"link"`
	Rest     map[string]*yamlx.Raw  `yaml:",inline"`
	Raws     map[string][]yamlx.Raw `yaml:"raws"`
}

type Shared struct {
	Inlined string `yaml:"inlined"`
}

// strict refuses itself.
type strict struct {
	Odd int `yaml:"odd"`
}

func (s *strict) UnmarshalYAML(unmarshal func(any) error) error {
	type plain strict
	if err := unmarshal((*plain)(s)); err != nil {
		return fmt.Errorf("wrapped: %w", err)
	}
	if s.Odd%2 == 0 {
		return errors.New("odd is even\nreally")
	}
	return nil
}

type link struct{ *url.URL }

func (l *link) UnmarshalYAML(unmarshal func(any) error) (err error) {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	l.URL, err = url.Parse(text)
	return err
}

func decode(t *testing.T, text string, v any) error {
	t.Helper()
	doc, err := yamlx.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Decode(v)
}

func TestDecode(t *testing.T) {
	word := "a"
	for _, tt := range []struct {
		text string
		want target
	}{
		{text: "", want: target{}},
		{text: "text: abc", want: target{Text: "abc"}},
		{text: "text: 010", want: target{Text: "010"}},
		{text: "text: Yes", want: target{Text: "Yes"}},
		{text: "text: !!str 5", want: target{Text: "5"}},
		{text: "text: !!binary aGk=", want: target{Text: "hi"}},
		{text: "text: !mine x", want: target{Text: "x"}},
		{text: "text: ! 5", want: target{Text: "5"}},
		{text: "text: |\n  a\n  b\n", want: target{Text: "a\nb\n"}},
		{text: "bool: on", want: target{Bool: true}},
		{text: "bool: TRUE", want: target{Bool: true}},
		{text: `bool: !!bool "yes"`, want: target{Bool: true}},
		{text: "int: 1.9", want: target{Int: 1}},
		{text: "int: -0x10", want: target{Int: -16}},
		{text: "int: !!int '7'", want: target{Int: 7}},
		{text: "uint: 1_0", want: target{Uint: 10}},
		{text: "uint: 1e3", want: target{Uint: 1000}},
		{text: "float: 3", want: target{Float: 3}},
		{text: "float: 18446744073709551615", want: target{Float: 18446744073709551615}},
		{text: "float: .5", want: target{Float: .5}},
		{text: "timeout: 1.5h", want: target{Timeout: 90 * time.Minute}},
		{text: "timeout: 7", want: target{Timeout: 7}},
		{text: "wait: 1d", want: target{Wait: yamlx.Duration(24 * time.Hour)}},
		{text: "wait: 0", want: target{}},
		{text: "pointer: {on: y}", want: target{Pointer: &inner{On: true}}},
		{text: "pointer: {}", want: target{Pointer: &inner{}}},
		{text: "pointer:", want: target{}},
		{text: "list: []", want: target{List: []string{}}},
		{text: "list: [a, ~, 1]", want: target{List: []string{"a", "", "1"}}},
		{text: "pointers: [a, ~]", want: target{Pointers: []*string{&word, nil}}},
		{text: "map: {a: 1, 2: 3}", want: target{Map: map[string]int{"a": 1, "2": 3}}},
		{text: "inlined: a", want: target{Shared: Shared{Inlined: "a"}}},
		{text: "plain: a", want: target{Plain: "a"}},
		{text: "strict: {odd: 3}", want: target{Strict: strict{Odd: 3}}},
		{text: "strict:", want: target{}},
		{text: "any: x", want: target{Any: "x"}},
		{text: "any: {a: [1, -1.5, no, ~, 'no', .inf, 2020-01-02, 1e999, 18446744073709551615, -]}", want: target{Any: map[string]any{
			"a": []any{int64(1), -1.5, false, nil, "no", ".inf", "2020-01-02", "1e999", uint64(18446744073709551615), "-"},
		}}},
		{text: "any: {<<: [{a: 1, b: 1}, {b: 2, c: 2}], c: 3}", want: target{Any: map[string]any{"a": int64(1), "b": int64(1), "c": int64(3)}}},
		{text: "any: {'<<': 1}", want: target{Any: map[string]any{"<<": int64(1)}}},
		{text: "text: &t a\nplain: *t", want: target{Text: "a", Plain: "a"}},
		{text: "text: &t plain\n*t : b", want: target{Text: "plain", Plain: "b"}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var got target
			if err := decode(t, tt.text, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(yamlx.Raw{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct {
		text, want string
	}{
		{"[a]", `line 1: want a mapping, not a list`},
		{"text: [hunter2]", `text: line 1: want text, not a list; put quotes around text that begins with { or [`},
		{"text:\n- hunter2", `text: line 1: want text, not a list`},
		{"bool: hunter2", `bool: line 1: want true or false, not text`},
		{"bool: 'on'", `bool: line 1: want true or false, not text; leave out the quotes`},
		{"bool: 1", `bool: line 1: want true or false, not a number`},
		{"int: 128", `int: line 1: the number is out of range`},
		{"int: 1e300", `int: line 1: the number is out of range`},
		{"int: 18446744073709551615", `int: line 1: the number is out of range`},
		{"int: '1'", `int: line 1: want a number, not text; leave out the quotes`},
		{"int: {}", `int: line 1: want a number, not a mapping`},
		{"uint: -1", `uint: line 1: the number is out of range`},
		{"uint: -0.5", `uint: line 1: the number is out of range`},
		{"float: 1e99", `float: line 1: the number is out of range`},
		{"timeout: 1d", `timeout: line 1: want a duration such as 10s or 1m30s`},
		{"timeout: yes", `timeout: line 1: want a number, not true or false`},
		{"wait: 5", `wait: line 1: want a duration such as 30s, 5m or 1h30m`},
		{"list: a", `list: line 1: want a list, not text`},
		{"map: [1]", `map: line 1: want a mapping, not a list`},
		{"map:\n  a b: c\n  d: e", "map[\"a b\"]: line 2: want a number, not text\nmap.d: line 3: want a number, not text"},
		{"pointer: {off: 1}", `pointer: line 1: unknown key "off"`},
		{"list:\n- name: x", `list[0] "x": line 2: want text, not a mapping`},
		{"strict: {odd: 2}", `strict: line 1: odd is even\nreally`},
		{"strict: {odd: x, even: 1}", "strict.odd: line 1: want a number, not text\nstrict: line 1: unknown key \"even\""},
		{"link: http://me:hunter2@x:y", `link: line 1: not a URL`},
		{"text: a\nplain: b\ntext: c", `line 3: key "text" is given twice, first in line 1`},
		{"any: {a: 1, a: 2}", `any: line 1: key "a" is given twice, first in line 1`},
		{"any: {{ .x }}", `any: line 1: want text as a key, not a mapping; put quotes around text that begins with { or [`},
		{"any: &a [*a]", `any: line 1: the value contains itself`},
		{"any: {<<: [{a: 1}, x]}", `any.<<: line 1: << wants a mapping or a list of mappings`},
		{"strict: &s {odd: 1}\npointer:\n  <<: *s", `pointer: line 1: unknown key "odd"`},
		{"bool: &t x\npointer:\n  on: *t", "bool: line 1: want true or false, not text\npointer.on: line 3: want true or false, not text"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			err := decode(t, tt.text, new(target))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDecodeErrorsAre makes sure that callers can look at the single problems.
func TestDecodeErrorsAre(t *testing.T) {
	err := decode(t, "pointer: {on: x}", new(target))
	problem, ok := errors.AsType[*yamlx.Error](err)
	if !ok || problem.Path != "pointer.on" || problem.Line != 1 || problem.Unwrap() == nil {
		t.Errorf("got %#v", problem)
	}
}

// TestDecodeKeeps tells what of a default stays, and that the default itself is
// never written to.
func TestDecodeKeeps(t *testing.T) {
	shared := &inner{On: true, Wait: 1}
	defaults := target{Text: "default", Plain: "default", Bool: true, Pointer: shared, List: []string{"a"}, Map: map[string]int{"a": 1}}
	got := defaults
	if err := decode(t, "plain:\nbool: ~\npointer: {wait: 2s}\nmap: {b: 2}\nlist: [b]", &got); err != nil {
		t.Fatal(err)
	}
	want := target{
		Text: "default", Pointer: &inner{On: true, Wait: yamlx.Duration(2 * time.Second)},
		List: []string{"b"}, Map: map[string]int{"b": 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if *shared != (inner{On: true, Wait: 1}) || defaults.List[0] != "a" || len(defaults.Map) != 1 {
		t.Errorf("the defaults have changed: %+v %+v", defaults, shared)
	}
}

func TestRaw(t *testing.T) {
	var raw struct {
		First  *yamlx.Raw   `yaml:"first"`
		Second *yamlx.Raw   `yaml:"second"`
		Absent *yamlx.Raw   `yaml:"absent"`
		List   []*yamlx.Raw `yaml:"list"`
	}
	doc, err := yamlx.Parse([]byte("first: {on: yes}\nsecond:\nlist:\n- ~\n- name: x\n  on:\n    maybe\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Decode(&raw); err != nil {
		t.Fatal(err)
	}
	kept := inner{Wait: 5}
	for _, r := range []*yamlx.Raw{raw.Second, raw.Absent, raw.List[0]} {
		if err := r.Decode(&kept); !r.Null() || err != nil || kept != (inner{Wait: 5}) {
			t.Errorf("null %v, error %v, value %+v", r.Null(), err, kept)
		}
	}
	if err := raw.First.Decode(&kept); err != nil || raw.First.Null() || kept != (inner{On: true, Wait: 5}) {
		t.Errorf("error %v, value %+v", err, kept)
	}
	want := "list[1] \"x\": line 5: unknown key \"name\"\nlist[1] \"x\": on: line 6: want true or false, not text"
	if err := raw.List[1].Decode(&kept); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAt(t *testing.T) {
	doc, err := yamlx.Parse([]byte("a: &a\n  b: 1\nlist:\n- x\n- name: n\n  c:\n  - d\nz:\n  <<: *a\n"))
	if err != nil {
		t.Fatal(err)
	}
	problem := errors.New("bad")
	for _, tt := range []struct {
		path string
		err  error
		want string
	}{
		{"", problem, "line 1: bad"},
		{"a.b", problem, "a.b: line 2: bad"},
		{"list[1]", problem, `list[1] "n": line 5: bad`},
		{"list[1].c[0]", problem, `list[1] "n": c[0]: line 7: bad`},
		{"list[1].x.y", problem, `list[1] "n": line 5: bad`},
		{"list[7]", problem, "list: line 3: bad"},
		{"none", problem, "line 1: bad"},
		{"z.b", problem, "z.<<.b: line 2: bad"},
		{"a", &url.Error{Op: "parse", URL: "hunter2", Err: problem}, "a: line 1: not a URL"},
		{"a", &yamlx.Error{Path: "p", Line: 9, Err: problem}, "p: line 9: bad"},
		{"a", yamlx.Errors{{Line: 8, Err: problem}, {Err: problem}}, "line 8: bad\nbad"},
	} {
		if got := doc.At(tt.path, tt.err).Error(); got != tt.want {
			t.Errorf("at %q: got %q, want %q", tt.path, got, tt.want)
		}
	}
	empty, err := yamlx.Parse(nil)
	if err != nil || !empty.Empty() {
		t.Fatalf("error %v, empty %v", err, empty.Empty())
	}
	if got := empty.At("a.b", problem).Error(); got != "a.b: bad" {
		t.Errorf("in an empty document: got %q", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		text, want string
	}{
		{"a: 'b", "found unexpected end of stream"},
		{"a: 1\nb: *hunter2", "line 2: there is no anchor"},
		{"a:\n\tb: 2", "line 2: found a character that no value begins with; indent with spaces, not tabs"},
		{"a: b: c", "mapping values are not allowed"},
		{"a: \xff", "UTF-8"},
	} {
		_, err := yamlx.Parse([]byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got error %v, want one with %q", tt.text, err, tt.want)
		}
	}
}

func TestDurationShown(t *testing.T) {
	text, err := yaml.Marshal(yamlx.Duration(90 * time.Minute))
	if err != nil || string(text) != "1h30m\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

// FuzzDecode checks that no text makes the decoder panic and that a value that
// was read, written by the library, is read as the same value.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"any: {a: [1, -1.5, no, ~, 'no', .inf, 2020-01-02, 0o7, 0b1, 1_0, 1:30, 0x_1, +1, -.5e-3]}",
		"any: {<<: [{a: 1}, &m {b: 2}], c: *m, ? d : e}",
		"text: !!binary aGk=\nraws: {a: [{b: c}]}\nother: [1]\nstrict: {odd: 2}",
		"list: &l [*l]", "any: {{ .x }}", "- ", "a: &b !!map {*b : c}", "\ufeff%YAML 1.1\n---\nany: \"\\xff\"\n...\n",
		"any: !!int x", "any: !!null 'y'", "any: !<tag:yaml.org,2002:bool> on",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := yamlx.Parse([]byte(text))
		if err != nil {
			return
		}
		var v target
		if err := doc.Decode(&v); err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a text")
			}
			return
		}
		written, err := yaml.Marshal(map[string]any{"any": v.Any})
		if err != nil {
			t.Fatal(err)
		}
		var again target
		if err := decode(t, string(written), &again); err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		// Not with cmp, which takes exponential time for nested lists.
		if !reflect.DeepEqual(floats(v.Any), floats(again.Any)) {
			t.Errorf("written as %q: first %v, again %v", written, v.Any, again.Any)
		}
	})
}

// floats returns a value with all numbers of one type, since 8.0 is written as 8.
func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = floats(item)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[key] = floats(item)
		}
		return m
	}
	return v
}
