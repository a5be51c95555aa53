package alert

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// verdict is what one syntax makes of a text: the printed matchers, with a
// leading "w " if there is a notice, or "x" for an error.
func verdict(s Syntax, input string) string {
	ms, notice, err := s.Parse(input)
	switch {
	case err != nil:
		return "x"
	case notice != nil:
		return "w " + ms.String()
	default:
		return ms.String()
	}
}

// TestParse has the texts that the syntaxes are known by, with what fallback,
// UTF-8 and classic make of them. "" stands for the same as in the column
// before.
func TestParse(t *testing.T) {
	tests := []struct{ input, fallback, utf8, classic string }{
		{`a=b`, `{a="b"}`, ``, ``},
		{`{a=b,}`, `{a="b"}`, ``, ``},
		{`a=b,c=d`, `{a="b",c="d"}`, ``, ``},
		{`a=""`, `{a=""}`, ``, ``},
		{`a = b`, `{a="b"}`, ``, ``},
		{`a=~.*`, `{a=~".*"}`, ``, ``},
		{`a=~[a-z]+`, `{a=~"[a-z]+"}`, ``, ``},
		{`a=~a|b`, `{a=~"a|b"}`, ``, ``},
		{`a=~"\\d+"`, `{a=~"\\d+"}`, ``, ``},
		{`a=~\d+`, `w {a=~"\\d+"}`, `x`, `{a=~"\\d+"}`},
		{`a="\n"`, `{a="\n"}`, ``, ``},
		{`"a b"=c`, `{"a b"="c"}`, ``, `x`},
		{`a-b=c`, `{a-b="c"}`, ``, `x`},
		{`a.b=c`, `{a.b="c"}`, ``, `x`},
		{`1a=c`, `{1a="c"}`, ``, `x`},
		{`ü=b`, `{ü="b"}`, ``, `x`},
		{`🙂=b`, `{🙂="b"}`, ``, `x`},
		{`a==b`, `w {a="=b"}`, `x`, `{a="=b"}`},
		{`a!=~b`, `w {a!="~b"}`, `x`, `{a!="~b"}`},
		{`a='b'`, `w {a="'b'"}`, `x`, `{a="'b'"}`},
		{`{a=b`, `w {a="b"}`, `x`, `{a="b"}`},
		{`a=b}`, `w {a="b"}`, `x`, `{a="b"}`},
		{`{`, `w {}`, `x`, `{}`},
		{`}`, `w {}`, `x`, `{}`},
		{`a=b,,`, `x`, ``, ``},
		{`,`, `x`, ``, ``},
		{`{,}`, `x`, ``, ``},
		{`a="b"c`, `x`, ``, ``},
		{`a="\u00e9"`, `w {a="\\u00e9"}`, `{a="é"}`, `{a="\\u00e9"}`},
		{"a=\"b\nc\"", `w {a="b\nc"}`, `x`, `{a="b\nc"}`},
		{`a>b`, `x`, ``, ``},
		{`a="b c"`, `{a="b c"}`, ``, ``},
		{`a=b c`, `w {a="b c"}`, `x`, `{a="b c"}`},
		{`a=`, `w {a=""}`, `x`, `{a=""}`},
		{`a`, `x`, ``, ``},
		{`=b`, `x`, ``, ``},
		{`a=~(`, `x`, ``, ``},
		// The last brace counts as the end of the list.
		{`a=~a{2}`, `w {a=~"a{2"}`, `x`, `{a=~"a{2"}`},
		{`a=~"a{2}"`, `{a=~"a{2}"}`, ``, ``},
		{`a=~"\d+"`, `w {a=~"\\d+"}`, `x`, `{a=~"\\d+"}`},
		{`a=b\c`, `w {a="b\\c"}`, `x`, `{a="b\\c"}`},
		{`a="b\c"`, `w {a="b\\c"}`, `x`, `{a="b\\c"}`},
		{`a b=c`, `x`, ``, ``},
		{`a:b=c`, `{a:b="c"}`, ``, ``},
		{`"a"="b"`, `{a="b"}`, ``, `x`},
		{`a=!b`, `w {a="!b"}`, `x`, `{a="!b"}`},
		{`a=b=c`, `w {a="b=c"}`, `x`, `{a="b=c"}`},
		{`a=b!c`, `w {a="b!c"}`, `x`, `{a="b!c"}`},
		{`a=b~c`, `w {a="b~c"}`, `x`, `{a="b~c"}`},
		{"a=`b`", "w {a=\"`b`\"}", `x`, "{a=\"`b`\"}"},
		{`{{a=b}}`, `x`, ``, ``},
		{`a="b`, `x`, ``, ``},
		{`a=b"`, `x`, ``, ``},
		{`a=b,c`, `x`, ``, ``},
		{`a="\xff"`, `w {a="\\xff"}`, `x`, `{a="\\xff"}`},
		{"\na=b\n", `{a="b"}`, ``, ``},
		{`""=b`, `{="b"}`, ``, `x`},

		// No matcher.
		{``, `w {}`, `{}`, ``},
		{`{}`, `w {}`, `{}`, ``},
		{` `, `w {}`, `{}`, ``},
		{`{ }`, `w {}`, `{}`, ``},

		// Blanks, commas and braces.
		{` {a=b} `, `{a="b"}`, ``, `x`},
		{"{ a\t!= b , c =~ d , }", `{a!="b",c=~"d"}`, ``, ``},
		{"a\u00a0=\u2003b\u00a0", `{a="b"}`, ``, ``},
		{`a=b,`, `{a="b"}`, ``, ``},
		{`a="b,c",d=e`, `{a="b,c",d="e"}`, ``, ``},
		{`a=b\,c=d`, `w {a="b\\",c="d"}`, `x`, `{a="b\\",c="d"}`},
		{`{a="}"}`, `{a="}"}`, ``, ``},
		{`{a=b}}`, `w {a="b}"}`, `x`, `{a="b}"}`},
		{`{a=b} c`, `w {a="b} c"}`, `x`, `{a="b} c"}`},
		{`,a=b`, `x`, ``, ``},
		{`a=b,,c=d`, `x`, ``, ``},
		{`a=b c=d`, `w {a="b c=d"}`, `x`, `{a="b c=d"}`},

		// Operators.
		{`a!~b`, `{a!~"b"}`, ``, ``},
		{`a!=b`, `{a!="b"}`, ``, ``},
		{`a= ~b`, `w {a="~b"}`, `x`, `{a="~b"}`},
		{`a!b`, `x`, ``, ``},
		{`a~b`, `x`, ``, ``},

		// Escapes and quotes.
		{`a="\\"`, `{a="\\"}`, ``, ``},
		{`a="\\n"`, `{a="\\n"}`, ``, ``},
		{`a="\""`, `{a="\""}`, ``, ``},
		{`a=\"b\"`, `w {a="\"b\""}`, `x`, `{a="\"b\""}`},
		{`a=b\nc`, `w {a="b\nc"}`, `x`, `{a="b\nc"}`},
		{`a=b\`, `w {a="b\\"}`, `x`, `{a="b\\"}`},
		{`a="b\"`, `x`, ``, ``},
		{`a="b\\"`, `{a="b\\"}`, ``, ``},
		{`a="`, `x`, ``, ``},
		{`a="b""c"`, `x`, ``, ``},
		{`a="\x41\101\t"`, `w {a="\\x41\\101\\t"}`, "{a=\"AA\t\"}", `{a="\\x41\\101\\t"}`},
		{`a="\U0001F642"`, `w {a="\\U0001F642"}`, `{a="🙂"}`, `{a="\\U0001F642"}`},
		{`a="\'"`, `w {a="\\'"}`, `x`, `{a="\\'"}`},
		{`"a\"b"="c"`, `{"a\"b"="c"}`, ``, `x`},
		{`"\xff"=b`, `x`, ``, ``},
		{`"a"b=c`, `x`, ``, ``},
		{`a'=b`, `x`, ``, ``},

		// Bytes that are no text.
		{"a=\xff", `x`, ``, ``},
		{"a=\"\xff\"", `x`, ``, ``},
		{"\xff=a", `x`, ``, ``},
		{"a=\ufffd", "{a=\"\ufffd\"}", ``, ``},
	}
	for _, tt := range tests {
		want, columns := "", []string{tt.fallback, tt.utf8, tt.classic}
		for i, s := range []Syntax{SyntaxFallback, SyntaxUTF8, SyntaxClassic} {
			if columns[i] != "" {
				want = columns[i]
			}
			if got := verdict(s, tt.input); got != want {
				t.Errorf("syntax %d: %q is %s, want %s", s, tt.input, got, want)
			}
		}
	}
}

func TestParseOne(t *testing.T) {
	tests := []struct{ input, fallback, utf8, classic string }{
		{`a=b`, `a="b"`, ``, ``},
		{` a =~ "b|c" `, `a=~"b|c"`, ``, ``},
		{`a.b=c`, `a.b="c"`, ``, `x`},
		{`a=b,c=d`, `w a="b,c=d"`, `x`, `a="b,c=d"`},
		{`a="b,c"`, `a="b,c"`, ``, ``},
		{`a=b,`, `w a="b,"`, `a="b"`, `a="b,"`},
		{`a="b",`, `a="b"`, ``, `x`},
		{`a=b c`, `w a="b c"`, `x`, `a="b c"`},
		{`a="b"c"`, `x`, ``, ``},
		{`a`, `x`, ``, ``},
		{``, `x`, ``, ``},
		{` `, `x`, ``, ``},
		{`,`, `x`, ``, ``},
		{`{a=b}`, `x`, ``, ``},
		{`{a=b`, `x`, ``, ``},
		{`a=b}`, `x`, ``, ``},
		{`a=~x{2}`, `x`, ``, ``},
		{`a=~"x{2}"`, `a=~"x{2}"`, ``, ``},
		{`a=b} `, `w a="b}"`, `x`, `a="b}"`},
		{`{}`, `x`, ``, ``},
	}
	for _, tt := range tests {
		want, columns := "", []string{tt.fallback, tt.utf8, tt.classic}
		for i, s := range []Syntax{SyntaxFallback, SyntaxUTF8, SyntaxClassic} {
			if columns[i] != "" {
				want = columns[i]
			}
			got := "x"
			if m, notice, err := s.ParseOne(tt.input); err == nil {
				got = m.String()
				if notice != nil {
					got = "w " + got
				}
			}
			if got != want {
				t.Errorf("syntax %d: %q is %s, want %s", s, tt.input, got, want)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		syntax      Syntax
		input, want string
	}{
		{SyntaxUTF8, `a=b c`, `parse matchers "a=b c": column 5: unexpected c, want a comma or the end; put a value with blanks or special characters into double quotes`},
		{SyntaxUTF8, `a=b}`, `parse matchers "a=b}": column 4: unexpected }, want a comma or the end; write both braces or none`},
		{SyntaxUTF8, `{a=b`, `parse matchers "{a=b": column 5: unexpected end, want a comma or }; write both braces or none`},
		{SyntaxUTF8, `é=`, `parse matchers "é=": column 3: unexpected end, want a value; put a value with special characters into double quotes, and write "" for an empty one`},
		{SyntaxUTF8, `a=b, 'c'=d`, `parse matchers "a=b, 'c'=d": column 6: unexpected ', want a label name; put a name with special characters into double quotes`},
		{SyntaxUTF8, `a="\d"`, `parse matchers "a=\"\\d\"": column 3: bad escape or line break in quotes; write \\ for a backslash and \n for a line break`},
		{SyntaxUTF8, `a="\xff"`, `parse matchers "a=\"\\xff\"": column 3: invalid UTF-8 in quotes; write characters as they are or as \u and four digits`},
		{SyntaxUTF8, `"a=b`, `parse matchers "\"a=b": column 1: no closing quote; end the text with " and write \" for a quote inside it`},
		{SyntaxClassic, `a`, `parse matchers "a": column 2: unexpected end, want one of = != =~ !~ after the label name`},
		{SyntaxClassic, `a=b, é=d`, `parse matchers "a=b, é=d": column 6: unexpected é, want a label name`},
		{SyntaxClassic, `a="b"c`, `parse matchers "a=\"b\"c": column 6: text after the closing quote; write \" for a quote inside a value`},
		{SyntaxClassic, `a=b"`, `parse matchers "a=b\"": column 4: quote inside a value; write \" for a quote inside a value`},
		{SyntaxClassic, `a="b`, `parse matchers "a=\"b": column 3: no closing quote; end the value with " and write \" for a quote inside it`},
		{SyntaxFallback, `é b=c`, `parse matchers "é b=c": column 1: unexpected é, want a label name`},
		{SyntaxFallback, "é=\xff", `parse matchers "é=\xff": column 3: invalid UTF-8`},
		{SyntaxFallback, `a=b,c=~(`, "parse matchers \"a=b,c=~(\": column 8: matcher c=~\"(\": error parsing regexp: missing closing ): `^(?:()$`"},
	}
	for _, tt := range tests {
		_, _, err := tt.syntax.Parse(tt.input)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.input, err, tt.want)
		}
	}
}

func TestParseOneErrors(t *testing.T) {
	tests := []struct{ input, want string }{
		{``, `parse matchers "": column 1: no matcher; write name=value`},
		{`{a=b}`, `parse matchers "{a=b}": column 1: unexpected {; leave out the braces around a single matcher`},
		{`a=b}`, `parse matchers "a=b}": column 4: unexpected }; leave out the braces around a single matcher, and quote a value that ends with one`},
		{`a=b,c=d`, `parse matchers "a=b,c=d": column 1: 2 matchers, want one; put a value with commas into double quotes`},
	}
	for _, tt := range tests {
		_, _, err := SyntaxUTF8.ParseOne(tt.input)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.input, err, tt.want)
		}
	}
}

func TestNotice(t *testing.T) {
	tests := []struct {
		input, suggestion string
		disagree          bool
		sentence          string
	}{
		{
			`a=b c`, `a="b c"`, false,
			`"a=b c" can only be read in the classic matcher syntax; write a="b c", which means the same in both`,
		},
		{
			`{a="\u00e9"}`, `{a="\\u00e9"}`, true,
			`"{a=\"\\u00e9\"}" is read in the classic matcher syntax and means something else in the UTF-8 syntax; ` +
				`write {a="\\u00e9"}, which has the present meaning in both`,
		},
		{`a=b}`, `a="b"`, false, `"a=b}" can only be read in the classic matcher syntax; write a="b", which means the same in both`},
		{``, `{}`, true, `"" has no matcher and so matches everything`},
		{`{`, `{}`, false, `"{" can only be read in the classic matcher syntax; write {}, which means the same in both`},
	}
	for _, tt := range tests {
		_, n, err := SyntaxFallback.Parse(tt.input)
		if err != nil || n == nil {
			t.Errorf("%q: notice %v, error %v", tt.input, n, err)
			continue
		}
		if n.Input != tt.input || n.Suggestion != tt.suggestion || n.Disagree != tt.disagree {
			t.Errorf("%q: %+v", tt.input, *n)
		}
		if n.String() != tt.sentence {
			t.Errorf("%q:\n got %s\nwant %s", tt.input, n, tt.sentence)
		}
	}
}

func TestSyntaxNames(t *testing.T) {
	for s, want := range map[Syntax]Names{SyntaxFallback: NamesUTF8, SyntaxUTF8: NamesUTF8, SyntaxClassic: NamesClassic} {
		if got := s.Names(); got != want {
			t.Errorf("syntax %d: names %d, want %d", s, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{`, `}`, `{a=b,}`, `a=b,c=d`, `a=~"\\d+"`, `a=~\d+`, `"a b"=c`, `""=b`, `a!=~b`, `a='b'`, `{{a=b}}`, `a=b,,`,
		`a="\u00e9"`, `a="\xff"`, "a=\"b\nc\"", `a=b\,c=d`, `a="b,c",d!~e`, "a\u00a0=\u2003b", `a=\"b\"`, `"\t"="\x00"`, `a=b\`, "a=\ufffd",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		for _, s := range []Syntax{SyntaxFallback, SyntaxUTF8, SyntaxClassic} {
			if ms, notice, err := s.Parse(input); err == nil {
				checkReadBack(t, s, ms)
				checkNotice(t, s, ms, notice)
			}
			if m, notice, err := s.ParseOne(input); err == nil {
				checkReadBack(t, s, Matchers{m})
				checkNotice(t, s, Matchers{m}, notice)
			}
		}
	})
}

// checkReadBack prints matchers and reads them again.
func checkReadBack(t *testing.T, s Syntax, ms Matchers) {
	t.Helper()
	for _, m := range ms {
		if !utf8.ValidString(m.Name) || !utf8.ValidString(m.Value) {
			t.Errorf("%s is not UTF-8", m)
		}
		if m.Name == "" {
			return // prints without quotes, which cannot be read
		}
		if s == SyntaxClassic && (strings.ContainsFunc(m.Name, reserved) || !classicNameByte(m.Name[0], true)) {
			t.Errorf("classic name %q", m.Name)
		}
	}
	got, notice, err := s.Parse(ms.String())
	if err != nil {
		t.Fatalf("%s does not parse again: %v", ms, err)
	}
	if len(ms) > 0 && (!sameMatchers(got, ms) || notice != nil) {
		t.Errorf("%s became %s, notice %v", ms, got, notice)
	}
}

// checkNotice follows the advice.
func checkNotice(t *testing.T, s Syntax, ms Matchers, notice *Notice) {
	t.Helper()
	if notice == nil {
		return
	}
	if s != SyntaxFallback {
		t.Errorf("syntax %d has a notice: %s", s, notice)
	}
	for _, s := range []Syntax{SyntaxFallback, SyntaxUTF8, SyntaxClassic} {
		got, _, err := s.Parse(notice.Suggestion)
		if err != nil || got.String() != ms.String() {
			t.Errorf("syntax %d: advice %s reads as %s, error %v, want %s", s, notice.Suggestion, got, err, ms)
		}
	}
}
