package alert

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustParseRegexp(t testing.TB, expr string) *syntax.Regexp {
	t.Helper()
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return re
}

func TestHeads(t *testing.T) {
	for _, tt := range []struct {
		expr string
		want []string // nil: none
	}{
		{`node-1.*`, []string{"node-1"}},
		{`^node-1.*`, []string{"node-1"}},
		{`(web|db)-[0-9]+`, []string{"db-", "web-"}},
		{`web-[01][a-z]+`, []string{"web-0", "web-1"}},
		{`(foo|foobar).*`, []string{"foo"}},
		{`foo.*|bar`, []string{"bar", "foo"}},
		{`foo.*|.*`, nil},
		{`(foo.*)?`, nil},
		{`(foo)*x`, nil},
		{`(?:foo){2,}`, []string{"foo"}},
		{`(foo-.+)+x`, []string{"foo-"}},
		{`a?b.*`, []string{"ab", "b"}},
		{`a?.*`, nil},
		{`foo\b.*`, []string{"foo"}},
		{`(?i)foo.*`, nil},
		{`.*foo`, nil},
		{strings.Repeat("x", 60) + ".*", []string{strings.Repeat("x", maxHead)}},
	} {
		if diff := cmp.Diff(tt.want, headsOf(mustParseRegexp(t, tt.expr))); diff != "" {
			t.Errorf("headsOf(%q) (-want +got):\n%s", tt.expr, diff)
		}
	}
}

func FuzzHeads(f *testing.F) {
	f.Add(`(web|db)-[0-9]+`, "db-7")
	f.Add(`(a?b|c.)+d`, "bcxd")
	f.Add(`^(?:a|(^b)){2,3}$|^$`, "ab")
	f.Fuzz(func(t *testing.T, expr, value string) {
		parsed, err := syntax.Parse(expr, syntax.Perl)
		re, problem := regexp.Compile("^(?:" + expr + ")$")
		if err != nil || problem != nil {
			return
		}
		set := headsOf(parsed)
		if len(set) > maxPairs {
			t.Fatalf("%d texts of %q", len(set), expr)
		}
		for i, text := range set {
			if text == "" || i > 0 && strings.HasPrefix(text, set[i-1]) {
				t.Fatalf("%q has the beginnings %q", expr, set)
			}
		}
		if set != nil && re.MatchString(value) && !slices.ContainsFunc(set, func(text string) bool { return strings.HasPrefix(value, text) }) {
			t.Errorf("%q matches %q, which begins with none of %q", expr, value, set)
		}
	})
}

// What only differs in regular expressions is found without trying all of it, too.
func TestIndexTriesFewOfWhatBeginsAlike(t *testing.T) {
	for _, n := range []int{100, 1000, 10_000} {
		var x Index[int]
		for k := range n {
			x.Add(k, mustParse(t, fmt.Sprintf(`instance=~"(https?://)?host-%d-.+"`, k)))
		}
		if got := tried(&x, LabelsOf("instance", "http://host-77-x", "job", "node")); got != 1 {
			t.Errorf("%d of %d sets tried, want 1", got, n)
		}
		for k := range n {
			x.Remove(k)
		}
		if len(x.heads) > 0 {
			t.Errorf("%d things left in an empty index", len(x.heads))
		}
	}
}

// What can only be tried is tried once for each value.
func TestIndexTriesEachValueOnce(t *testing.T) {
	x, sets := Index[int]{}, map[int]Matchers{}
	add := func(k int, expr string) {
		sets[k] = Matchers{mustMatcher(t, MatchRegexp, "team", expr)}
		x.Add(k, sets[k])
	}
	for k := range 1000 {
		add(k, fmt.Sprintf(`[a-z]+[0-9]{%d,}`, k%100+1))
	}
	team := func(value string) Labels { return LabelsOf("team", value, "x", "y") }
	want := 0
	check := func(value string, wantTried int) {
		t.Helper()
		if got := tried(&x, team(value)); got != wantTried {
			t.Errorf("%d sets tried for %q, want %d", got, value, wantTried)
		}
		if diff := cmp.Diff(linear(sets, team(value)), slices.Sorted(x.Match(team(value)))); diff != "" {
			t.Errorf("Match (-linear +index):\n%s", diff)
		}
	}
	for range 2 {
		check("a", 0)
		check("a123", 30)
	}
	add(1000, `[a-c]+.`)
	want = 31
	check("ab", 1)
	check("a1234", 40)
	check("a123", 30)
	check("a1", 11)
	x.Remove(2) // was the last to accept three digits, of its kind
	delete(sets, 2)
	check("a123", want-2)
	for i := range maxPassedValues + 10 {
		check(fmt.Sprintf("a%d-", i), 0)
	}
	check("a123", want-2)
}
