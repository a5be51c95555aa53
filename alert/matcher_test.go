package alert

import (
	"strings"
	"testing"
)

func mustMatcher(t testing.TB, typ MatchType, name, value string) *Matcher {
	t.Helper()
	m, err := NewMatcher(typ, name, value)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMatcherString(t *testing.T) {
	tests := []struct {
		typ               MatchType
		name, value, want string
	}{
		{MatchEqual, "a", "1", `a="1"`},
		{MatchNotEqual, "sev", "x", `sev!="x"`},
		{MatchRegexp, "team", "a.*", `team=~"a.*"`},
		{MatchNotRegexp, "a", `\d+`, `a!~"\\d+"`},
		{MatchEqual, "a", "", `a=""`},
		{MatchEqual, "a", "q\"b\\n\nt\té", `a="q\"b\\n\nt` + "\t" + `é"`},
		{MatchEqual, "a.b-c", "\t", `a.b-c="` + "\t" + `"`},
		{MatchEqual, "ü", "é", `ü="é"`},
		{MatchEqual, "a b", "\t", `"a b"="\t"`},
		{MatchEqual, "a\u00a0b", "1", `"a\u00a0b"="1"`},
		{MatchEqual, `a"b`, `"`, `"a\"b"="\""`},
		{MatchEqual, "a{", "1", `"a{"="1"`},
		{MatchEqual, "a}", "1", `"a}"="1"`},
		{MatchEqual, "a!", "1", `"a!"="1"`},
		{MatchEqual, "a=", "1", `"a="="1"`},
		{MatchEqual, "a~", "1", `"a~"="1"`},
		{MatchEqual, "a,", "1", `"a,"="1"`},
		{MatchEqual, `a\`, "1", `"a\\"="1"`},
		{MatchEqual, "a'", "1", `"a'"="1"`},
		{MatchEqual, "a`", "1", "\"a`\"=\"1\""},
		{MatchEqual, "", "b", `="b"`},
	}
	for _, tt := range tests {
		if got := mustMatcher(t, tt.typ, tt.name, tt.value).String(); got != tt.want {
			t.Errorf("String = %s, want %s", got, tt.want)
		}
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		typ            MatchType
		pattern, value string
		want           bool
	}{
		{MatchEqual, "a", "a", true},
		{MatchEqual, "a", "ab", false},
		{MatchEqual, "a.*", "ab", false},
		{MatchNotEqual, "a", "a", false},
		{MatchNotEqual, "a", "b", true},
		{MatchRegexp, "a", "a", true},
		{MatchRegexp, "a", "ab", false},
		{MatchRegexp, "a", "ba", false},
		{MatchRegexp, "a|b", "b", true},
		{MatchRegexp, "a|b", "ab", false},
		{MatchRegexp, "a|b", "xb", false},
		{MatchRegexp, "a.*", "abc", true},
		{MatchRegexp, "a", "a\n", false},
		{MatchRegexp, "a.b", "a\nb", false},
		{MatchRegexp, "(?s)a.b", "a\nb", true},
		{MatchRegexp, "(?i)A", "a", true},
		{MatchRegexp, "", "", true},
		{MatchRegexp, "", "a", false},
		{MatchNotRegexp, "a", "ab", true},
		{MatchNotRegexp, "a.*", "ab", false},
	}
	for _, tt := range tests {
		m := mustMatcher(t, tt.typ, "l", tt.pattern)
		if got := m.Matches(tt.value); got != tt.want {
			t.Errorf("%s on %q = %v, want %v", m, tt.value, got, tt.want)
		}
	}
}

func TestNewMatcherErrors(t *testing.T) {
	if _, err := NewMatcher(MatchRegexp, "a", "("); err == nil || !strings.Contains(err.Error(), `a=~"("`) {
		t.Errorf("broken regexp: %v", err)
	}
	if _, err := NewMatcher(MatchNotRegexp, "a", "["); err == nil {
		t.Error("broken negative regexp is accepted")
	}
	if _, err := NewMatcher(MatchNotRegexp+1, "a", "b"); err == nil {
		t.Error("unknown type is accepted")
	}
}

func TestMatchersMatch(t *testing.T) {
	labels := LabelsOf("a", "1", "b", "2")
	tests := []struct {
		matchers string
		want     bool
	}{
		{`{}`, true},
		{`a="1"`, true},
		{`a="1",b="2"`, true},
		{`a="1",b="1"`, false},
		{`a="2",b="2"`, false},
		{`c=""`, true},
		{`c!=""`, false},
		{`c!="x"`, true},
		{`c=~".*"`, true},
		{`c=~".+"`, false},
		{`c!~".+"`, true},
		{`c!~".*"`, false},
	}
	for _, tt := range tests {
		if got := mustParse(t, tt.matchers).Match(labels); got != tt.want {
			t.Errorf("%s = %v, want %v", tt.matchers, got, tt.want)
		}
	}
}

func TestMatchersSort(t *testing.T) {
	ms := mustParse(t, `b=x,a!~y,a=~y,a!=y,a=y,a=x,a!=a`)
	ms.Sort()
	if got, want := ms.String(), `{a!="a",a="x",a="y",a!="y",a=~"y",a!~"y",b="x"}`; got != want {
		t.Errorf("sorted %s, want %s", got, want)
	}
	if got := (Matchers{}).String(); got != `{}` {
		t.Errorf("no matchers print as %s", got)
	}
}

func TestSame(t *testing.T) {
	m := mustMatcher(t, MatchEqual, "a", "b")
	for _, o := range []*Matcher{
		mustMatcher(t, MatchRegexp, "a", "b"), mustMatcher(t, MatchEqual, "b", "b"), mustMatcher(t, MatchEqual, "a", "c"),
	} {
		if m.Same(o) {
			t.Errorf("%s is the same as %s", m, o)
		}
	}
	if !m.Same(mustMatcher(t, MatchEqual, "a", "b")) {
		t.Errorf("%s is not the same as its like", m)
	}
}

// mustParse reads matchers in the UTF-8 syntax.
func mustParse(t testing.TB, text string) Matchers {
	t.Helper()
	ms, _, err := SyntaxUTF8.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}
