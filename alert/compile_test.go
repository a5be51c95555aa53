package alert

import (
	"strings"
	"testing"
)

func TestMatcherConfigCompile(t *testing.T) {
	pattern, empty, broken := "a|b", "", "("
	for _, tt := range []struct {
		name    string
		config  MatcherConfig
		syntax  Syntax
		want    string   // the matchers, sorted
		notices []string // the inputs they are about
		errs    []string // in this order
	}{
		{name: "nothing", want: "{}"},
		{name: "equality", config: MatcherConfig{Match: map[string]string{"b": "2", "a": "1"}}, want: `{a="1",b="2"}`},
		{name: "a pattern shows its anchors", config: MatcherConfig{MatchRE: map[string]*string{"a": &pattern}}, want: `{a=~"^(?:a|b)$"}`},
		{name: "an empty pattern", config: MatcherConfig{MatchRE: map[string]*string{"a": &empty}}, want: `{a=~"^(?:)$"}`},
		{
			name:   "several in one expression",
			config: MatcherConfig{Matchers: []string{"{b=2,a!=1}", `c="3"`}},
			want:   `{a!="1",b="2",c="3"}`,
		},
		{
			name: "all three, sorted by name, then value, then operator",
			config: MatcherConfig{
				Match:    map[string]string{"b": "x"},
				MatchRE:  map[string]*string{"a": &pattern},
				Matchers: []string{"b!=x", "b=a", "c=d"},
			},
			want: `{a=~"^(?:a|b)$",b="a",b="x",b!="x",c="d"}`,
		},
		{
			name:    "notices",
			config:  MatcherConfig{Matchers: []string{"a=b c", "a=b", "{}"}},
			want:    `{a="b",a="b c"}`,
			notices: []string{"a=b c", "{}"},
		},
		{
			name:   "everything that is wrong",
			config: MatcherConfig{Prefix: "source_", Match: map[string]string{"ü": "1", "": "2"}, MatchRE: map[string]*string{"a": nil, "b": &broken, "c-d": &pattern}, Matchers: []string{"a=b", "x"}},
			errs: []string{
				`source_match: invalid label name ""`,
				`source_match: invalid label name "ü"`,
				`source_match_re: label "a": no regular expression given`,
				`source_match_re: matcher b=~"^(?:()$"`,
				`source_match_re: invalid label name "c-d"`,
				`source_matchers[1]: `,
			},
		},
		{
			name:    "notices come with errors also",
			config:  MatcherConfig{Matchers: []string{"a=b c", "x"}},
			notices: []string{"a=b c"},
			errs:    []string{"matchers[1]: "},
		},
		{name: "any name in UTF-8", config: MatcherConfig{Matchers: []string{"ü=1"}}, syntax: SyntaxUTF8, want: `{ü="1"}`},
		{name: "classic names only", config: MatcherConfig{Matchers: []string{"ü=1"}}, syntax: SyntaxClassic, errs: []string{"matchers[0]: "}},
		{
			name:   "the maps know classic names in every syntax",
			config: MatcherConfig{Match: map[string]string{"ü": "1"}},
			syntax: SyntaxUTF8,
			errs:   []string{`match: invalid label name "ü"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, notices, err := tt.config.Compile(tt.syntax)
			checkProblems(t, err, tt.errs)
			if err == nil && got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if err != nil && got != nil {
				t.Errorf("got matchers %s with an error", got)
			}
			if len(notices) != len(tt.notices) {
				t.Fatalf("got notices %v, want them about %q", notices, tt.notices)
			}
			for i, n := range notices {
				if n.Input != tt.notices[i] {
					t.Errorf("notice %d is about %q, want %q", i, n.Input, tt.notices[i])
				}
			}
		})
	}
}

// checkProblems compares the lines of an error with how they should begin.
func checkProblems(t *testing.T, err error, want []string) {
	t.Helper()
	var got []string
	if err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if len(got) != len(want) {
		t.Fatalf("got problems %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("problem %d is %q, want %q", i, got[i], want[i])
		}
	}
}
