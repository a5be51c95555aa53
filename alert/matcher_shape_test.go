package alert

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"testing"
	"time"
)

// literals lists all strings that a regular expression matches as a whole, if
// it is built so simply that they are few; sorted, each once.
func literals(expr string) ([]string, bool) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, false
	}
	set, ok := expand(re)
	if !ok {
		return nil, false
	}
	slices.Sort(set)
	return slices.Compact(set), true
}

func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		expr    string
		shaped  bool
		matches []string
		not     []string
	}{
		{`a|b`, true, []string{"a", "b"}, []string{"", "ab", "c"}},
		{`^(?:a|b)$`, true, []string{"a", "b"}, []string{"", "ab", "c"}},
		{``, true, []string{""}, []string{"a"}},
		{`.*`, true, []string{"", "a", "\xff"}, []string{"\n", "a\nb"}},
		{`.+`, true, []string{"a", "é"}, []string{"", "\n"}},
		{`(?s).*`, true, []string{"", "a\nb"}, nil},
		{`foo.*`, true, []string{"foo", "foobar"}, []string{"fo", "afoo", "foo\n"}},
		{`^foo.*$`, true, []string{"foo", "foobar"}, []string{"fo", "afoo"}},
		{`foo.+`, true, []string{"foobar"}, []string{"foo"}},
		{`.*foo`, true, []string{"foo", "barfoo"}, []string{"foob"}},
		{`.*foo.*`, true, []string{"foo", "afoob"}, []string{"fo", "afob"}},
		{`.+foo.+`, true, []string{"afoob", "foofooo"}, []string{"foo", "afoo", "foob", "foofoo"}},
		{`foo.*foo`, true, []string{"foofoo", "foo-foo"}, []string{"foo", "foofo"}},
		{`a.*b.*c`, true, []string{"abc", "axbxbxc"}, []string{"ac", "acb", "ab"}},
		{`a.+b.+c`, true, []string{"axbxc", "abbbc"}, []string{"abc", "axbc", "abxc"}},
		{`a.*?b`, true, []string{"ab", "abb"}, []string{"a"}},
		{`.*.+`, true, []string{"a"}, []string{""}},
		{`.+.+`, false, []string{"ab", "éé"}, []string{"a", "é"}},
		{`(web|db)-.*|mail`, true, []string{"web-1", "db-", "mail"}, []string{"web", "mail1"}},
		{`(foo.*)?`, true, []string{"", "foo", "fooo"}, []string{"fo"}},
		{`é.+é`, true, []string{"éaé", "ééé"}, []string{"éé"}},
		{`foo(?s:.*)bar.*`, false, []string{"foo\nbar"}, []string{"foobar\n"}},
		{`a\nb.*`, false, []string{"a\nb", "a\nbc"}, []string{"a\nb\n"}},
		{`(?i)foo.*`, false, []string{"FOO"}, nil},
		{`[a-i]-.*`, false, []string{"i-"}, nil},
		{`web-[0-3].*`, true, []string{"web-0", "web-3x"}, []string{"web-4"}},
		{`a$|b.*`, false, []string{"a", "bc"}, []string{"ab"}},
		{`foo.`, false, []string{"foob"}, []string{"foo"}},
		{`a)|(?:b`, false, []string{"a", "ax", "b", "xb"}, []string{"x"}},
		{`a)(?:b`, true, []string{"ab"}, []string{"a"}},
		{`(?m)a$`, false, []string{"a"}, []string{"a\n"}},
		{"\ufffd.*", false, []string{"\xff"}, nil},
	} {
		m := mustMatcher(t, MatchRegexp, "x", tt.expr)
		if got := m.shape != nil; got != tt.shaped {
			t.Errorf("%q is simple: %t", tt.expr, got)
		}
		for _, value := range tt.matches {
			if !m.Matches(value) {
				t.Errorf("%q does not match %q", tt.expr, value)
			}
		}
		for _, value := range tt.not {
			if m.Matches(value) {
				t.Errorf("%q matches %q", tt.expr, value)
			}
		}
	}
}

// FuzzMatches compares matchers with the regular expressions that they stand for.
func FuzzMatches(f *testing.F) {
	for _, expr := range []string{`foo|ba[rz]`, `foo.*`, `.+foo.*?bar`, `(a|b.*)(c|)`, `(?s)a.*b`, `a)|(?:b`, `^(?:x.*y)$`, `\Qa.b`, "é.+\x00"} {
		f.Add(expr, "foo-bar")
		f.Add(expr, "abc\n\xff")
	}
	f.Fuzz(func(t *testing.T, expr, value string) {
		re, err := regexp.Compile("^(?:" + expr + ")$")
		m, problem := NewMatcher(MatchRegexp, "x", expr)
		if (err == nil) != (problem == nil) {
			t.Fatalf("%q: error %v, want %v", expr, problem, err)
		}
		if err != nil {
			return
		}
		for _, v := range []string{value, expr, expr + value, value + expr, value + value} {
			if got, want := m.Matches(v), re.MatchString(v); got != want {
				t.Errorf("%q matches %q: %t, want %t", expr, v, got, want)
			}
		}
	})
}

func BenchmarkMatches(b *testing.B) {
	const value = "svc-17-7d9f8b6c5-004711"
	for _, expr := range []string{`svc-17-7d9f8b6c5-004711|svc-18`, `svc-17-.*`, `.*-004711`, `.*7d9f8b6c5.*`, `(svc|web)-.+-00.*`, `[a-z]+-17-.*`, `svc-18-.*`} {
		b.Run(expr, func(b *testing.B) {
			m := mustMatcher(b, MatchRegexp, "pod", expr)
			b.ReportAllocs()
			for b.Loop() {
				m.Matches(value)
			}
		})
	}
}

// TestShapesAgainstRegexp builds expressions and values of so few parts that they often
// match.
func TestShapesAgainstRegexp(t *testing.T) {
	parts := []string{"a", "b", "ab", "é", ".*", ".+", ".*?", "(a|b)", "(a.*|b)", "(.+b)?", "b?", "[ab]", "(?s:.*)", "(?s:.+)", "^", "$", ".", "\\n", "(?i:a)", "|"}
	chars := []string{"a", "b", "é", "\n", "\xff", "\xc3", "A"}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	some := func(of []string, most int) (text string) {
		for range r.IntN(most + 1) {
			text += of[r.IntN(len(of))]
		}
		return text
	}
	shaped, matched := 0, 0
	for range 3000 {
		expr := some(parts, 5)
		m := mustMatcher(t, MatchRegexp, "x", expr)
		if m.shape == nil {
			continue
		}
		shaped++
		re := regexp.MustCompile("^(?:" + expr + ")$")
		for range 20 {
			value := some(chars, 6)
			got, want := m.Matches(value), re.MatchString(value)
			if got != want {
				t.Fatalf("%q matches %q: %t, want %t", expr, value, got, want)
			}
			if got {
				matched++
			}
		}
	}
	if shaped < 500 || matched < 500 {
		t.Errorf("only %d expressions are simple, and %d matches", shaped, matched)
	}
}
