package alert

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomMatchers draws from a small world, so that sets collide.
func randomMatchers(t *testing.T, r *rand.Rand) Matchers {
	t.Helper()
	names := []string{"a", "b", "c", ""}
	values := []string{"", "1", "2", "12"}
	patterns := []string{
		"", "1", "1|2", "[12]", "1?2", "1?", ".*", ".+", "1.*", "(?i)x|1", "a)|(?:1", "(1|2)(|2)", "[^1]", "2{1,2}", "1|(1)|(2)",
		"12.*", ".*22", ".*(12|22|abc)+.*", "[^x]*[12]2.?", "(?i)12.*", "1212.+", ".+2122(2|1)*", "(12|.+34).*", "(?:.*212)?",
	}
	ms := make(Matchers, r.IntN(4))
	for i := range ms {
		typ := MatchType(r.IntN(4))
		value := values[r.IntN(len(values))]
		if typ == MatchRegexp || typ == MatchNotRegexp {
			value = patterns[r.IntN(len(patterns))]
		}
		ms[i] = mustMatcher(t, typ, names[r.IntN(len(names))], value)
	}
	return ms
}

func randomLabels(r *rand.Rand) Labels {
	var pairs []Label
	for range r.IntN(4) {
		name := []string{"a", "b", "c", ""}[r.IntN(4)]
		pairs = append(pairs, Label{name, []string{"", "1", "2", "12", "22", "X", "\xff", "1212", "121222", "21221", "abc22", "34"}[r.IntN(12)]})
	}
	return NewLabels(pairs)
}

func linear(sets map[int]Matchers, l Labels) []int {
	var keys []int
	for k, ms := range sets {
		if ms.Match(l) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestIndexAgainstLinearScan(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		var x Index[int]
		sets := map[int]Matchers{}
		for range 400 {
			k := r.IntN(60)
			if r.IntN(3) == 0 {
				x.Remove(k)
				delete(sets, k)
			} else {
				sets[k] = randomMatchers(t, r)
				x.Add(k, sets[k])
			}
			l := randomLabels(r)
			if diff := cmp.Diff(linear(sets, l), slices.Sorted(x.Match(l))); diff != "" {
				t.Fatalf("seed %d, %v (-linear +index):\n%s", seed, l, diff)
			}
			if x.Len() != len(sets) {
				t.Fatalf("seed %d: %d sets, want %d", seed, x.Len(), len(sets))
			}
		}
		for k := range maps.Keys(sets) {
			x.Remove(k)
		}
		if n := x.Len() + len(x.pairs) + len(x.within) + len(x.names) + len(x.rest.items); n != 0 {
			t.Errorf("seed %d: %d things left in an empty index", seed, n)
		}
	}
}

func TestIndexZeroValue(t *testing.T) {
	var x Index[string]
	x.Remove("k")
	for k := range x.Match(LabelsOf("a", "1")) {
		t.Errorf("empty index yields %q", k)
	}
}

func TestIndexStopsEarly(t *testing.T) {
	var x Index[int]
	for k, text := range []string{`a=1`, `a=1`, `a!=""`, `a!=""`, ``, ``} {
		x.Add(k, mustParse(t, text))
	}
	for stop := range 6 {
		n := 0
		for range x.Match(LabelsOf("a", "1", "b", "1")) {
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("%d keys, want to stop after %d", n, stop+1)
		}
	}
}

// tried counts the sets that are compared with the labels.
func tried[K comparable](x *Index[K], l Labels) int {
	n := 0
	for range x.candidates(l) {
		n++
	}
	return n
}

func TestIndexTriesFew(t *testing.T) {
	const n = 5000
	labels := LabelsOf("alertname", "Down", "instance", "host-7", "job", "node")
	tests := []struct {
		name   string
		format string // of a set, with the number of the set
		want   int    // sets tried
	}{
		{"equal instance", `alertname="Down",instance="host-%d"`, 2},
		{"equal instance first", `instance="host-%d",job="node",alertname="Down"`, 1},
		{"few instances", `alertname="Down",instance=~"host-%[1]d|spare-%[1]d"`, 2},
		{"class of instances", `alertname="Down",instance=~"host-%d[ab]?"`, 2},
		{"pattern of instances with another alertname", `alertname="Down%d",instance=~"host-.*"`, 0},
		{"prefix of instances", `instance=~"host-%d.*"`, 1},
		{"end of instances", `instance=~".*[a-z]-0*%d"`, 10},
		{"one of two ends", `instance=~".*-(0*%[1]d|x%[1]d.+)"`, 10},
		{"prefix of instances and one alertname", `alertname="Down",instance=~"host-%d.*"`, crowded + 1},
		{"another label that must be there", `zone%d=~".+"`, 0},
		{"another label that must not be empty", `zone%d!=""`, 0},
		{"nothing that can be looked up", `zone%d!="x"`, n},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var x Index[int]
			sets := map[int]Matchers{}
			for k := range n {
				sets[k] = mustParse(t, fmt.Sprintf(tt.format, k))
				x.Add(k, sets[k])
			}
			if got := tried(&x, labels); got != tt.want {
				t.Errorf("%d of %d sets tried, want %d", got, n, tt.want)
			}
			if diff := cmp.Diff(linear(sets, labels), slices.Sorted(x.Match(labels))); diff != "" {
				t.Errorf("Match (-linear +index):\n%s", diff)
			}
		})
	}
}

func TestIndexMatchAllocates(t *testing.T) {
	x, labels := silences(t, 5000)
	n := 0
	if got := testing.AllocsPerRun(100, func() {
		for range x.Match(labels) {
			n++
		}
	}); got > 0 {
		t.Errorf("%v allocations per call", got)
	}
	if n == 0 {
		t.Error("nothing matched")
	}
}

func TestLiterals(t *testing.T) {
	many := strings.Repeat("[ab]", 6)
	tests := []struct {
		expr string
		want []string // nil: not a small set
	}{
		{`a`, []string{"a"}},
		{``, []string{""}},
		{`a\.b`, []string{"a.b"}},
		{`\Qa.b\E`, []string{"a.b"}},
		{`b|a|b`, []string{"a", "b"}},
		{`foo|foobar|fab`, []string{"fab", "foo", "foobar"}},
		{`ab|(ab)|(?:a)b`, []string{"ab"}},
		{`web-[0-2]`, []string{"web-0", "web-1", "web-2"}},
		{`(a|b)(?:c|)d?`, []string{"a", "ac", "acd", "ad", "b", "bc", "bcd", "bd"}},
		{`a??`, []string{"", "a"}},
		{`[ab][ab][ab][ab][ab][ab]`, slices.Sorted(func(yield func(string) bool) {
			for i := range 64 {
				if !yield(strings.NewReplacer("0", "a", "1", "b").Replace(fmt.Sprintf("%06b", i))) {
					return
				}
			}
		})},
		{many + `?`, nil},
		{`(?:` + many + `)?`, nil},
		{many + `c?`, nil},
		{many + `|c`, nil},
		{`[a-z]|[0-9]|[A-Z]|[αβγ]`, nil},
		{`[[:^alpha:]]`, nil},
		{`a+`, nil},
		{`a*`, nil},
		{`.`, nil},
		{`^a$`, nil},
		{`a\b`, nil},
		{`(?i)a`, nil},
		{`(`, nil},
		{`a)|(?:b`, nil},
		{"\ufffd", nil},
		{"[\ufffca-c\ufffd]", nil},
	}
	for _, tt := range tests {
		got, ok := literals(tt.expr)
		if ok != (tt.want != nil) {
			t.Errorf("literals(%q) = %q, %v", tt.expr, got, ok)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("literals(%q) (-want +got):\n%s", tt.expr, diff)
		}
	}
}

func FuzzLiterals(f *testing.F) {
	f.Add(`foo|foobar|fab`, "foobar")
	f.Add(`(a|b)(?:c|)d?`, "acd")
	f.Add("[\ufffca-c\ufffd]|x", "\xff")
	f.Add(`a)|(?:b`, "ax")
	f.Add(`(?i)[k]`, "\u212a")
	f.Fuzz(func(t *testing.T, expr, value string) {
		set, ok := literals(expr)
		if !ok {
			return
		}
		if len(set) > maxPairs {
			t.Fatalf("%d strings of %q", len(set), expr)
		}
		re, err := regexp.Compile("^(?:" + expr + ")$")
		if err != nil {
			return // no matcher
		}
		if re.MatchString(value) && !slices.Contains(set, value) {
			t.Errorf("%q matches %q, which is not in %q", expr, value, set)
		}
	})
}

func TestRequired(t *testing.T) {
	tests := []struct {
		expr string
		want []string // nil: nothing that is long enough
	}{
		{`node-1.*`, []string{"node-1"}},
		{`.*-a[0-9]+-0*1234`, []string{"1234"}},
		{`.*web-[12]\..*`, []string{"web-1.", "web-2."}},
		{`(foo|bar.+)+x`, []string{"bar", "foo"}},
		{`(foo|.+bar)[^x]`, []string{"bar", "foo"}},
		{`(?:ab){2,}`, []string{"ab"}},
		{`(?:ab){0,2}c.`, nil},
		{`.*a.*b.*`, nil},
		{`ab?.*`, nil},
		{`abc?.+`, []string{"ab", "abc"}},
		{`(?i)node-1.*`, nil},
		{`.*(?i:web)-prod.*`, []string{"-prod"}},
		{`foo.*|.*`, nil},
		{`\bfoo\b.*`, []string{"foo"}},
		{"ab\ufffdcd.*", nil},
		{`(`, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, required(tt.expr)); diff != "" {
			t.Errorf("required(%q) (-want +got):\n%s", tt.expr, diff)
		}
	}
}

func FuzzRequired(f *testing.F) {
	f.Add(`node-1.*`, "node-12")
	f.Add(`(foo|.+bar)[^x]`, "abar1")
	f.Add(`.*(?i:web)-prod|[ab]{2,3}c+`, "WEB-prod")
	f.Add(`a(?:|b)(cd|e?f).*`, "af")
	f.Add("(?s).*\xffab", "\xffab")
	f.Fuzz(func(t *testing.T, expr, value string) {
		set := required(expr)
		if len(set) > maxPairs {
			t.Fatalf("%d texts of %q", len(set), expr)
		}
		re, err := regexp.Compile("^(?:" + expr + ")$")
		if err != nil || set == nil || !re.MatchString(value) {
			return
		}
		if !slices.ContainsFunc(set, func(text string) bool { return len(text) >= minPiece && strings.Contains(value, text) }) {
			t.Errorf("%q matches %q, which has none of %q in it", expr, value, set)
		}
	})
}

// silences is an index of n sets that share an alertname, as silences made
// during one outage do, and an alert that the one in the middle matches.
func silences(t testing.TB, n int) (*Index[int], Labels) {
	t.Helper()
	var x Index[int]
	for k := range n {
		x.Add(k, mustParse(t, fmt.Sprintf(`alertname="KubePodCrashLooping",namespace=~"shop|pay",pod="web-%d"`, k)))
	}
	pairs := append(kubernetesPairs(0), Label{"alertname", "KubePodCrashLooping"},
		Label{"namespace", "shop"}, Label{"pod", fmt.Sprintf("web-%d", n/2)})
	return &x, NewLabels(pairs)
}

func BenchmarkIndexMatch(b *testing.B) {
	x, labels := silences(b, 5000)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range x.Match(labels) {
			n++
		}
		if n != 1 {
			b.Fatalf("%d matches", n)
		}
	}
}

func BenchmarkIndexAddRemove(b *testing.B) {
	x, _ := silences(b, 5000)
	ms := mustParse(b, `alertname="KubePodCrashLooping",namespace=~"shop|pay",pod="web-x"`)
	b.ReportAllocs()
	for b.Loop() {
		x.Add(-1, ms)
		x.Remove(-1)
	}
}
