package template

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "<a> & }} b", "<a> & }} b"},
		{"white space", " \n ", " \n "},
		{"only a comment", "{{/* nothing */}}", ""},
		{"not escaped", "{{ .CommonAnnotations.summary }}", "disk <90%>"},
		{"missing key", "[{{ .CommonLabels.missing }}{{ (index .Alerts 0).Labels.missing }}]", "[]"},
		{"index", `{{ index .CommonLabels "env" }}{{ index .CommonLabels "no such" }}`, "prod"},
		{"methods before keys", "{{ .CommonLabels.Names }}", "[alertname env severity]"},
		{"prints pairs", "{{ .CommonLabels }}", "alertname=DiskFull, env=prod, severity=warning"},
		{"remove", `{{ .CommonLabels.Remove (stringSlice "env") }}`, "alertname=DiskFull, severity=warning"},
		{"remove names", `{{ .CommonLabels.Remove .GroupLabels.Names }}`, "env=prod, severity=warning"},
		{"join method", `{{ .CommonLabels.Values.Join "/" }}`, "DiskFull/prod/warning"},
		{"pairs", `{{ range .CommonLabels.SortedPairs }}{{ .Name }}:{{ .Value }};{{ end }}`, "alertname:DiskFull;env:prod;severity:warning;"},
		{"own definitions", `{{ define "x" }}{{ .Status }}{{ end }}{{ template "x" . }}`, "firing"},
		{"own block", `{{ block "x" .Alerts }}{{ len . }}{{ end }}`, "2"},
		{"own override", `{{ define "__subject" }}mine{{ end }}{{ template "slack.default.title" . }}`, "mine"},
		{"reason", "{{ .NotificationReason }}", "first notification"},
		{"route label is not executed again", "{{ routeLabels `odd` }}", "{{ .Status }}"},
		{"break", "{{ range $i, $a := .Alerts }}{{ if $i }}{{ break }}{{ end }}{{ $a.Labels.host }}{{ end }}", "h1"},
	}
	s, d := newSet(t), example()
	d.RouteLabels["odd"] = "{{ .Status }}"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // the second time it comes from the cache
				if got := mustText(t, s, Text(tt.text), d); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

// Definitions inside a text must not leak into other texts.
func TestTextKeepsDefinitionsToItself(t *testing.T) {
	s, d := newSet(t), example()
	mustText(t, s, `{{ define "__subject" }}leak{{ end }}{{ define "x" }}leak{{ end }}`, d)
	if got := mustText(t, s, `{{ template "__subject" . }}`, d); strings.Contains(got, "leak") {
		t.Errorf("got %q", got)
	}
	if got, err := s.Text(`{{ template "x" . }}`, d); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}

func TestHTML(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"plain", "<p>a & b</p>", "<p>a & b</p>"},
		{"element", "<p>{{ .CommonAnnotations.summary }}</p>", "<p>disk &lt;90%&gt;</p>"},
		{"attribute", `<a title="{{ .CommonAnnotations.summary }}">`, `<a title="disk &lt;90%&gt;">`},
		{"URL", `<a href="/?q={{ .CommonAnnotations.summary }}">`, `<a href="/?q=disk%20%3c90%25%3e">`},
		{"unsafe URL", `<a href="{{ "javascript:alert(1)" }}">`, `<a href="#ZgotmplZ">`},
		{"script", `<script>var x = {{ .GroupLabels }}</script>`, `<script>var x = "alertname=DiskFull"</script>`},
		{"safeHtml", `{{ "<b>" | safeHtml }}`, "<b>"},
		{"safeUrl", `<a href="{{ safeUrl "tel:112" }}">`, `<a href="tel:112">`},
		{"missing key", "[{{ .CommonLabels.missing }}]", "[]"},
		{"route labels", "{{ routeLabels `team` }}", "db"},
		{"built-in", `{{ template "telegram.default.message" . }}`, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(bodyPlain)},
		{"own definitions", `{{ define "x" }}<{{ .Status }}{{ end }}{{ template "x" . }}`, "&lt;firing"},
	}
	s, d := newSet(t), example()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 {
				got, err := s.HTML(Text(tt.text), d)
				if err != nil {
					t.Fatal(err)
				}
				if got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestRenderErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"syntax", "{{ .Status", "unclosed action"},
		{"unknown function", "{{ nope }}", `function "nope" not defined`},
		{"unknown field", "{{ .Nope }}", "can't evaluate field Nope"},
		{"undefined template", `{{ template "nope" . }}`, `template "nope"`},
		{"index out of range", "{{ index .Alerts 7 }}", "index out of range: 7"},
		{"endless recursion", `{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}`, "exceeded maximum template depth"},
		{"endless output", `{{ range 1000000000 }}some output {{ end }}`, "output is longer than 16777216 bytes"},
	}
	s, d := newSet(t), example()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for engine, render := range map[string]func(Text, *Data) (string, error){"text": s.Text, "html": s.HTML} {
				if got, err := render(Text(tt.text), d); err == nil || !strings.Contains(err.Error(), tt.want) || got != "" {
					t.Errorf("%s: got %.20q, %v, want error %q", engine, got, err, tt.want)
				}
			}
		})
	}
}

func TestNilData(t *testing.T) {
	s := newSet(t)
	if got := mustText(t, s, `a{{ routeLabels "x" }}b`, nil); got != "ab" {
		t.Errorf("got %q", got)
	}
	if _, err := s.Text("{{ .Status }}", nil); err == nil {
		t.Error("want an error")
	}
}

func TestOutputLimitIsExact(t *testing.T) {
	var out output
	chunk := make([]byte, maxOutput)
	if n, err := out.Write(chunk); n != maxOutput || err != nil {
		t.Errorf("Write at the limit = %d, %v", n, err)
	}
	if _, err := out.Write(chunk[:1]); err == nil {
		t.Error("Write over the limit: want an error")
	}
}

// panicky is an executor that does what templates should never do.
type panicky struct{ executor }

func TestExecuteRecovers(t *testing.T) {
	got, err := execute(panicky{}, nil)
	if err == nil || !strings.Contains(err.Error(), "template panicked: ") || got != "" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		text Text
		want string // "" means fine
	}{
		{"", ""},
		{"plain }}", ""},
		{"{{ .Anything }}", ""},
		{`{{ template "undefined" . }}`, ""},
		{"{{ .Status ", "unclosed action"},
		{"a\n{{ nope }}", `:2: function "nope" not defined`},
		{"{{ if }}{{ end }}", "missing value for if"},
	}
	s := newSet(t)
	for _, tt := range tests {
		t.Run(string(tt.text), func(t *testing.T) {
			err := s.Check(tt.text)
			if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	s := newSet(t)
	var wg sync.WaitGroup
	for i := range 32 {
		d := NewData(Batch{RouteLabels: map[string]string{"n": fmt.Sprint(i)}, ExternalURL: fmt.Sprint("u", i)})
		wg.Go(func() {
			for j := range 50 {
				want := fmt.Sprintf("%d u%d %d", i, i, j)
				text := Text(fmt.Sprintf("{{ routeLabels `n` }} {{ .ExternalURL }} %d", j))
				if got, err := s.Text(text, d); err != nil || got != want {
					t.Errorf("text: got %q, %v, want %q", got, err, want)
				}
				if got, err := s.HTML(text, d); err != nil || got != want {
					t.Errorf("html: got %q, %v, want %q", got, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestCachesAreBounded(t *testing.T) {
	s, d := newSet(t), example()
	for i := range maxFields + 10 {
		mustText(t, s, Text(fmt.Sprintf("{{ .Status }} %d", i)), d)
	}
	if n := len(s.idle[0].fields); n > maxFields {
		t.Errorf("%d texts on a bench", n)
	}
	for i := range maxPages + 10 {
		if _, err := s.HTML(Text(fmt.Sprintf("{{ .Status }} %d", i)), d); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.pages) != maxPages || s.kept != maxPages {
		t.Errorf("%d pages, %d counted", len(s.pages), s.kept)
	}
	if p, err := s.takePage("{{ .Status }} 0"); err != nil || p == nil || len(s.pages) != maxPages-1 || s.kept != maxPages-1 {
		t.Errorf("after taking one: %d pages, %d counted, %v", len(s.pages), s.kept, err)
	}
}

func FuzzText(f *testing.F) {
	for _, text := range []string{
		"", "{{ .Status }}", `{{ template "__subject" . }}`, "{{ range .Alerts }}{{ .Labels.a }}{{ end }}",
		"{{ index .Alerts 9 }}", "{{ .CommonLabels.Names.Join nil }}", `{{ reReplaceAll "(" "" "" }}`,
		"{{ with $x := list 1 }}{{ append $x nil }}{{ end }}", "{{ printf `%*d` 3 4 }}", "{{ slice `abc` 2 1 }}",
		"<a href='{{ .ExternalURL }}'>{{ safeHtml `<` }}", "{{ dict nil nil }}", "{{ toJson .Alerts }}",
		"{{ define `x` }}{{ end }}{{ block `y` . }}{{ end }}", "{{ call .Status }}", "{{ title `ǆ` }}",
		"{{ tz `../x` now }}", "{{ humanizeDuration 1e308 }}", "{{ js . }}{{ html . }}{{ urlquery . }}", "{{ len nil }}",
	} {
		f.Add(text)
	}
	s := newSet(f)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "range") && strings.ContainsAny(text, "0123456789") {
			t.Skip("may count for a long time")
		}
		d := Stock()
		got, err := s.Text(Text(text), d)
		if err != nil && got != "" {
			t.Errorf("output %q along with error %v", got, err)
		}
		if err := s.Check(Text(text)); err != nil {
			if _, rendered := s.Text(Text(text), d); rendered == nil {
				t.Errorf("rendered in spite of %v", err)
			}
		}
		if got, err := s.HTML(Text(text), d); err != nil && got != "" {
			t.Errorf("HTML output %q along with error %v", got, err)
		}
	})
}
