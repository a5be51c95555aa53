package template

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// verbatim renders a text to itself.
func verbatim(t Text) string { return string(t) }

func TestCoerceText(t *testing.T) {
	unchanged := func(text string) string {
		b, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := []struct{ text, want string }{
		{"", `null`},
		{"~", `null`},
		{"null", `null`},
		{"# nothing but a comment", `null`},
		{"true", `true`},
		{"yes", `true`},
		{"on", `true`},
		{"y", `true`},
		{"off", `false`},
		{"No", `false`},
		{"yEs", unchanged("yEs")},
		{"10", `10`},
		{"-10", `-10`},
		{"+10", `10`},
		{"010", `8`},
		{"08", `8`},
		{"0x10", `16`},
		{"0b11", `3`},
		{"1e3", `1000`},
		{"1.50", `1.5`},
		{".5", `0.5`},
		{"1_000", `1000`},
		{"18446744073709551615", `18446744073709551615`},
		{"99999999999999999999", `100000000000000000000`},
		{"1e999", unchanged("1e999")},
		{".inf", unchanged(".inf")},
		{".nan", unchanged(".nan")},
		{"-", `[null]`},
		{"+", unchanged("+")},
		{".", unchanged(".")},
		{"1.2.3", unchanged("1.2.3")},
		{"[1,2]", `[1,2]`},
		{`{"a":"d:"}`, `{"a":"d:"}`},
		{"value:", `{"value":null}`},
		{"- a", `["a"]`},
		{"x: y", `{"x":true}`},
		{"{a: 1, 2: b}", `{"a":1}`},
		{"{yes: 1, '2': b}", `{"2":"b"}`},
		{"a: {b: [yes, 2020-01-01, '1', 0x10]}", `{"a":{"b":[true,"2020-01-01","1",16]}}`},
		{"{a: 1}\n---\n{b: 2}", `{"a":1}`},
		{"a: 1\na: 2", `{"a":2}`},
		{"2020-01-01", unchanged("2020-01-01")},
		{"12:30", unchanged("12:30")},
		{"a # c", unchanged("a # c")},
		{`"q"`, unchanged(`"q"`)},
		{"|\n  block", unchanged("|\n  block")},
		{"*x", unchanged("*x")},
		{"a: b: c", unchanged("a: b: c")},
		{"{a: 1", unchanged("{a: 1")},
		{"[a]: 1", unchanged("[a]: 1")},
		{"!", unchanged("!")},
		{"! 12", unchanged("! 12")},
		{"!!str 1", unchanged("!!str 1")},
		{"!other 1", unchanged("!other 1")},
		{`!!int "3"`, `3`},
		{"!!int x", unchanged("!!int x")},
		{"!!bool 'yes'", `true`},
		{"!!bool 3", unchanged("!!bool 3")},
		{"!!null ''", `null`},
		{"[!!float 3, !!float 2.5, !!float 18446744073709551615]", `[3,2.5,18446744073709552000]`},
		{"!!float x", unchanged("!!float x")},
		{"a: !!binary aGk=", `{"a":"hi"}`},
		{"a: !!binary '?'", unchanged("a: !!binary '?'")},
		{"[&a {b: 1}, *a]", `[{"b":1},{"b":1}]`},
		{"&a [*a]", unchanged("&a [*a]")},
		{"base: &b {x: 1, y1: 2}\nmine: {<<: *b, x: 3}", `{"base":{"x":1,"y1":2},"mine":{"x":3,"y1":2}}`},
		{"<<: [{a: 1}, {a: 2, b: 2}]", `{"a":1,"b":2}`},
		{"<<: 1", unchanged("<<: 1")},
		{"<<: [1]", unchanged("<<: [1]")},
		{"'<<': 1", `{"\u003c\u003c":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			b, err := json.Marshal((&Set{}).Coerce(tt.text, verbatim))
			if err != nil {
				t.Fatal(err)
			}
			if string(b) != tt.want {
				t.Errorf("got %s, want %s", b, tt.want)
			}
		})
	}
}

// A text of a few hundred bytes must not unfold to billions of nodes.
func TestCoerceAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("a: &a [x, x, x, x, x, x, x, x, x]\n")
	for c := 'b'; c <= 'k'; c++ {
		before := string(c - 1)
		b.WriteString(string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+before+", ", 9) + "]\n")
	}
	if got := (&Set{}).Coerce(b.String(), verbatim); got != b.String() {
		t.Errorf("got %T, want the text as it is", got)
	}
}

func TestCoerceStructure(t *testing.T) {
	value := map[string]any{
		"{{ name }}": Text("{{ number }}"),
		"list":       []any{"{{ name }}", 7, true, nil, 1.5},
		"nested":     map[any]any{"k": "{{ list }}", 3: "dropped"},
		"final":      "{{ nested template }}",
	}
	texts := map[Text]string{
		"{{ name }}":            "yes",
		"{{ number }}":          "12",
		"{{ list }}":            "[1, two]",
		"{{ nested template }}": `["{{ name }}", "12"]`,
	}
	render := func(text Text) string {
		if s, ok := texts[text]; ok {
			return s
		}
		return string(text)
	}
	want := map[string]any{
		"yes":    int64(12),
		"list":   []any{true, 7, true, nil, 1.5},
		"nested": map[string]any{"k": []any{int64(1), "two"}},
		"final":  []any{"{{ name }}", "12"},
	}
	if diff := cmp.Diff(want, (&Set{}).Coerce(value, render)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if value["{{ name }}"] != Text("{{ number }}") {
		t.Error("the given value was changed")
	}
}

func TestCoerceOtherValues(t *testing.T) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, value := range []any{nil, true, 3, 2.5, day} {
		if got := (&Set{}).Coerce(value, func(Text) string { return "rendered" }); got != value {
			t.Errorf("Coerce(%v) = %v", value, got)
		}
	}
}

func FuzzCoerce(f *testing.F) {
	for _, text := range []string{
		"", "10", "010", "x: y", "- a", "[&a {b: 1}, *a]", "{<<: {a: 1}, b: 2}", "!!int '3'", "&a [*a]",
		"a: |\n  b\n# c\n", "? a\n: b", "!", "1_0.5e3", "a: 1\n---\n]:", "[]:",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := (&Set{}).Coerce(text, verbatim)
		if s, ok := value.(string); ok && s != text {
			t.Errorf("a text became another text: %q", s)
		}
		var unsupported *json.UnsupportedValueError
		if _, err := json.Marshal(value); errors.As(err, &unsupported) {
			t.Errorf("not JSON: %v", err)
		}
	})
}
