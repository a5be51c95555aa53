package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeFiles writes name, content, name, content… and returns the folder.
func writeFiles(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFilesOverride(t *testing.T) {
	dir := writeFiles(t,
		"a.tmpl", `{{ define "__subject" }}from a{{ end }}{{ define "mine" }}a{{ end }}body of {{ .Receiver }}`,
		"b.tmpl", `{{ define "mine" }}b sees {{ template "__alertmanager" . }}{{ end }}`,
		"z.other", `{{ define "mine" }}z{{ end }}`,
	)
	tests := []struct {
		name  string
		globs []string
		text  Text
		want  string
	}{
		{"none", nil, `{{ template "slack.default.title" . }}`, "[FIRING:1] DiskFull (prod warning)"},
		{"helper of built-ins", []string{"*.tmpl"}, `{{ template "slack.default.title" . }}`, "from a"},
		{"later file wins", []string{"*.tmpl"}, `{{ template "mine" . }}`, "b sees Alertmanager"},
		{"order of globs", []string{"b.tmpl", "a.tmpl"}, `{{ template "mine" . }}`, "a"},
		{"all globs", []string{"*.tmpl", "nothing-*", "*.other"}, `{{ template "mine" . }}`, "z"},
		{"base name", []string{"a.tmpl"}, `{{ template "a.tmpl" . }}`, `body of team\.db`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var globs []string
			for _, glob := range tt.globs {
				globs = append(globs, filepath.Join(dir, glob))
			}
			s, d := newSet(t, globs...), example()
			if got := mustText(t, s, tt.text, d); got != tt.want {
				t.Errorf("text: got %q, want %q", got, tt.want)
			}
			if got, err := s.HTML(tt.text, d); err != nil || got != tt.want {
				t.Errorf("html: got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestNewErrors(t *testing.T) {
	tests := []struct {
		name, content string
		want          string
	}{
		{"syntax", "line one\n{{ if }}", "bad.tmpl:2: missing value for if"},
		{"unclosed", "\n\n{{ define \"x\" }}", "bad.tmpl:3: unexpected EOF"},
		{"unknown function", "\n{{ frobnicate . }}", `bad.tmpl:2: function "frobnicate" not defined`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(writeFiles(t, "bad.tmpl", tt.content), "bad.tmpl")
			_, err := New([]string{path})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want path and %q", err, tt.want)
			}
		})
	}
	t.Run("bad glob", func(t *testing.T) {
		if _, err := New([]string{"[-]x"}); err == nil || !strings.Contains(err.Error(), `"[-]x"`) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a folder", func(t *testing.T) {
		dir := t.TempDir()
		if _, err := New([]string{dir}); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("got %v", err)
		}
	})
}
