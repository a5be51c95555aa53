package ctl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

func TestDifferences(t *testing.T) {
	for _, tt := range []struct{ before, after, want string }{
		{`{}`, `{}`, ""},
		{`{a: 1, b: [x], c: {d: e}}`, `{c: {d: e}, b: [x], a: 1}`, ""},
		{`{a: 1}`, `{a: 2}`, "a: 1 → 2"},
		{`{a: 1}`, `{a: "1"}`, `a: 1 → "1"`},
		{`{a: <secret>}`, `{}`, `a: "<secret>" → nothing`},
		{`{}`, `{a: null}`, "a: nothing → null"},
		{`{}`, `{a: {b: c}}`, "a: added"},
		{`{a: [{b: c}]}`, `{}`, "a: removed"},
		{`{a: [x, z]}`, `{a: [z]}`, `a: ["x","z"] → ["z"]`},
		{`{}`, `{a: [x]}`, `a: nothing → ["x"]`},
		{`{a: [{b: 1, c: 2}]}`, `{a: [{b: 1, c: 3}, {b: 4}]}`, "a[0].c: 2 → 3\na[1]: added"},
		{`{a: [{b: 1}, {b: 2}]}`, `{a: [{b: 1}]}`, "a[1]: removed"},
		{`{a: {b: c}}`, `{a: [x]}`, `a: {"b":"c"} → ["x"]`},
		{`{a: {b: {c: 1}}}`, `{a: {b: {d: 1}}}`, "a.b.c: 1 → nothing\na.b.d: nothing → 1"},
	} {
		read := func(text string) any {
			doc, err := yamlx.Parse([]byte(text))
			m := make(map[string]any)
			if err == nil {
				err = doc.Decode(&m)
			}
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		got := strings.Join(contrasts("", read(tt.before), read(tt.after)), "\n")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s and %s (-want +got):\n%s", tt.before, tt.after, diff)
		}
	}
}
