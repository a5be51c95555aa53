package yamlx_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// word decodes itself from a text.
type word string

func (w *word) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	err := unmarshal(&text)
	*w = word("(" + text + ")")
	return err
}

// nested decodes itself, and has a word.
type nested struct {
	Word  word
	Plain string
}

func (n *nested) UnmarshalYAML(unmarshal func(any) error) error {
	type plain nested
	return unmarshal((*plain)(n))
}

func TestRewrite(t *testing.T) {
	d, err := yamlx.Parse([]byte(`
text: $a
quoted: "$b"
number: 1
list: [$c, 2]
free: {key: [$d, 3], $key: $e}
word: $f
nested: {word: $g, plain: $h}
later: $i
alias: &x $j
again: *x
`))
	if err != nil {
		t.Fatal(err)
	}
	into := make(map[string]string)
	d.Rewrite(func(text string, typ reflect.Type) (string, error) {
		into[text] = typ.String()
		if rest, ok := strings.CutPrefix(text, "$"); ok {
			return "0" + rest + ": x", nil // not to be read as YAML
		}
		return text, nil
	})
	var v struct {
		Text, Quoted string
		Number       int
		List         []string
		Free         any
		Word         word
		Nested       nested
		Later        *yamlx.Raw
		Alias, Again string
	}
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var later string
	if err := v.Later.Decode(&later); err != nil {
		t.Fatal(err)
	}
	v.Later = nil
	want := v
	want.Text, want.Quoted, want.Number, want.List = "0a: x", "0b: x", 1, []string{"0c: x", "2"}
	want.Free = map[string]any{"key": []any{"0d: x", int64(3)}, "$key": "0e: x"}
	want.Word, want.Nested = "(0f: x)", nested{"(0g: x)", "0h: x"}
	want.Alias, want.Again = "0j: x", "0j: x"
	if diff := cmp.Diff(want, v); diff != "" || later != "0i: x" {
		t.Errorf("later %q, (-want +got):\n%s", later, diff)
	}
	types := map[string]string{
		"$a": "string", "$b": "string", "$c": "string", "$d": "interface {}", "$e": "interface {}",
		"$f": "yamlx_test.word", "$g": "yamlx_test.word", "$h": "string", "$i": "string", "$j": "string",
	}
	if diff := cmp.Diff(types, into); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestRewriteFails(t *testing.T) {
	d, err := yamlx.Parse([]byte("a: {b: [x, $1]}\nc: $2\nd: $3\ne: $4\n"))
	if err != nil {
		t.Fatal(err)
	}
	d.Rewrite(func(text string, _ reflect.Type) (string, error) {
		if strings.HasPrefix(text, "$") {
			return "", errors.New("no money")
		}
		return text, nil
	})
	var v struct {
		A map[string][]string
		C word
		D time.Duration
		E any
	}
	want := "a.b[1]: line 1: no money\nc: line 2: no money\nd: line 3: no money\ne: line 4: no money"
	if err := d.Decode(&v); err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	empty, err := yamlx.Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	empty.Rewrite(nil)
}
