package ctl

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestCandidates(t *testing.T) {
	all := []string{"alert", "silence", "check-config", "explain", "cluster", "config", "template", "routes", "receivers", "snapshot", "top", "completion"}
	for _, tt := range []struct {
		words []string
		want  []string
	}{
		{[]string{""}, all},
		{[]string{"c"}, []string{"check-config", "cluster", "config", "completion"}},
		{[]string{"silence", ""}, []string{"query", "add", "update", "expire", "import", "preview"}},
		{[]string{"silence", "e"}, []string{"expire"}},
		{[]string{"config", "routes", ""}, []string{"show", "test"}},
		{[]string{"-o", "json", "-v", "config", "routes", "t"}, []string{"test"}},
		{[]string{"--output=json", "config", "routes", "t"}, []string{"test"}},
		{[]string{"-o", ""}, []string{"simple", "extended", "json"}},
		{[]string{"alert", "--output", "e"}, []string{"extended"}},
		{[]string{"alert", "--output=e"}, []string{"--output=extended"}},
		{[]string{"alert", "--output", "=", "e"}, []string{"extended"}},
		{[]string{"alert", "--output", "="}, []string{"simple", "extended", "json"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish"}},
		{[]string{"template", "render", "--template.type", "h"}, []string{"html"}},
		{[]string{"alert", "--si"}, []string{"--silenced"}},
		{[]string{"alert", "Disk", "--si"}, []string{"--silenced"}},
		{[]string{"alert", "query", "--si"}, []string{"--silenced"}},
		{[]string{"alert", "add", "--si"}, nil},
		{[]string{"config", "--config"}, nil},
		{[]string{"config", "routes", "test", "--config"}, []string{"--config.file"}},
		{[]string{"--no"}, []string{"--no-version-check"}},
		{[]string{"silence", "add", "--req"}, nil}, // hidden
		{[]string{"--comp"}, nil},
		{[]string{"nonsense", "x"}, nil},
		{[]string{"--nonsense=x"}, nil},
		{[]string{"--timeout", ""}, nil},
		{[]string{"alert", "query", "node="}, nil},
	} {
		tool := newTool(World{Out: io.Discard, Err: io.Discard})
		if got := candidates(tool.app.Model(), tt.words); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.words, got, tt.want)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	f.Add("")
	f.Add("alert\n--output\n=\n")
	f.Add("config\nroutes\ntest\n--tree\n-")
	f.Add("-o\n-o\n--output=\n=")
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, "\n")
		tool := newTool(World{Out: io.Discard, Err: io.Discard})
		for _, c := range candidates(tool.app.Model(), words) {
			if c == "" || strings.ContainsAny(c, " \n") {
				t.Errorf("%q: candidate %q", words, c)
			}
		}
	})
}
