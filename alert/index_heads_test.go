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
		{`(web|db)-[0-7]+`, []string{"db-0", "db-1", "db-2", "db-3", "db-4", "db-5", "db-6", "db-7", "web-0", "web-1", "web-2", "web-3", "web-4", "web-5", "web-6", "web-7"}},
		{`web-[01][a-z]+`, []string{"web-0", "web-1"}},
		{`[a-z]+-.*`, nil},
		{`ab.*`, nil},
		{`(foo|foobar).*`, []string{"foo"}},
		{`foo.*|bar`, []string{"bar", "foo"}},
		{`foo.*|.*`, nil},
		{`(foo.*)?`, nil},
		{`(foo)*x`, nil},
		{`(?:foo){2,}`, []string{"foo"}},
		{`(foo-.+)+x`, []string{"foo-"}},
		{`a?bcd.*`, []string{"abcd", "bcd"}},
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
			if len(text) < minHead || i > 0 && strings.HasPrefix(text, set[i-1]) {
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
	for i := range passedValues*1000 + 10 {
		if got := tried(&x, team(fmt.Sprintf("a%d-", i))); got != 0 {
			t.Fatalf("%d sets tried, want 0", got)
		}
	}
	check("a123", want-2)
}
