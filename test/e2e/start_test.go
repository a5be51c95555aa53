package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodConfig = "route: {receiver: team}\nreceivers: [{name: team}]\n"

// TestBadStart wants one error that says what is wrong, and exit code 1.
func TestBadStart(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for _, tc := range []struct {
		name   string
		config string // tocsin.yml
		flags  []string
		want   []string
	}{
		{"bad YAML", "route:\n\treceiver: team\n", nil, []string{"tocsin.yml", "line 2"}},
		{"unknown key", "route:\n  receiver: team\n  gruop_by: [a]\nreceivers: [{name: team}]\n", nil, []string{"tocsin.yml", "route", "line 3", "gruop_by"}},
		{"unknown key of an integration", "route: {receiver: team}\nreceivers:\n  - name: team\n    webhook_configs:\n      - uri: http://example.org\n", nil, []string{"tocsin.yml", "receivers[0]", "webhook_configs[0]", "line 5", "uri"}},
		{"empty file", "\n", nil, []string{"tocsin.yml", "route"}},
		{"receiver that is not there", "route: {receiver: nobody}\n", nil, []string{"tocsin.yml", "route.receiver", "line 1", "nobody"}},
		{"broken template file", goodConfig + "templates: [broken.tmpl]\n", nil, []string{"broken.tmpl"}},
		{"no such configuration file", "", []string{"--config.file=absent.yml"}, []string{"absent.yml", "no such file"}},
		{"unreadable configuration file", "", []string{"--config.file=directory"}, []string{"directory", "is a directory"}},
		{"port in use", goodConfig, []string{"--web.listen-address=" + taken.Addr().String()}, []string{taken.Addr().String(), "in use"}},
		{"not an address", goodConfig, []string{"--web.listen-address=nowhere"}, []string{"nowhere", "missing port"}},
		{"storage under a file", goodConfig, []string{"--storage.path=tocsin.yml/data"}, []string{"storage", "tocsin.yml", "not a directory"}},
		{"storage is a file", goodConfig, []string{"--storage.path=tocsin.yml"}, []string{"storage", "tocsin.yml", "not a directory"}},
		{"external URL without scheme", goodConfig, []string{"--web.external-url=example.org"}, []string{"external URL", "example.org"}},
		{"unknown flag", goodConfig, []string{"--frobnicate"}, []string{"--frobnicate", "--help"}},
		{"unknown feature", goodConfig, []string{"--enable-feature=time-travel"}, []string{"--enable-feature", "time-travel"}},
		{"argument", goodConfig, []string{"start"}, []string{"start", "--help"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if tc.config != "" {
				write(t, dir, "tocsin.yml", tc.config)
			}
			write(t, dir, "broken.tmpl", `{{ define "x" }}{{ nonsense }}{{ end }}`)
			if err := os.Mkdir(filepath.Join(dir, "directory"), 0o700); err != nil {
				t.Fatal(err)
			}
			// The first port is a free one: the usual one may be in use on this machine.
			p := launch(t, dir, append([]string{"--web.listen-address=127.0.0.1:0"}, tc.flags...)...)
			if code := p.exitCode(t); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			checkOneError(t, p, tc.want)
		})
	}
}

// checkOneError wants exactly one line that is an error and says all that is
// wanted, and no Go dump.
func checkOneError(t *testing.T, p *process, want []string) {
	t.Helper()
	errs := append(p.stderr.lines("level=ERROR"), p.stderr.lines("tocsin: error: ")...)
	if len(errs) != 1 || !containsAll(errs[0], want) {
		t.Errorf("errors:\n%s\nwant one with %q", strings.Join(errs, "\n"), want)
	}
	for _, dump := range []string{"panic", "goroutine ", "DATA RACE", "%!"} {
		if found := p.stderr.lines(dump); len(found) > 0 {
			t.Errorf("not meant for people: %q", found)
		}
	}
	if text := p.stdout.String(); text != "" {
		t.Errorf("printed to standard output: %s", text)
	}
}

// TestAsked wants what was asked for on standard output, and exit code 0.
func TestAsked(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"--help":      "--web.listen-address=:9093",
		"--help-long": "--storage.path",
		"--help-man":  ".TH tocsin",
		"--version":   "tocsin, version " + builtVersion + " (branch: , revision: " + builtRevision + ")\n",
	} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			p := launch(t, t.TempDir(), flag)
			if code := p.exitCode(t); code != 0 {
				t.Errorf("exit code %d, want 0", code)
			}
			if text := p.stdout.String(); !strings.Contains(text, want) {
				t.Errorf("printed %q, want %q", text, want)
			}
			if text := p.stderr.String(); text != "" {
				t.Errorf("standard error %q", text)
			}
		})
	}
}

// TestExamples starts tocsin with each of the configurations that people are
// told to begin with.
func TestExamples(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../../examples/*.yml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("examples: %q, %v", examples, err)
	}
	for _, path := range examples {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			daemon := startTocsin(t, string(text))
			if found := append(daemon.stderr.lines("level=WARN"), daemon.stderr.lines("level=ERROR")...); len(found) > 0 {
				t.Errorf("complaints: %q", found)
			}
		})
	}
}

// TestFindsConfig wants the files in the working directory to be found in their
// order, and one line that says which it is.
func TestFindsConfig(t *testing.T) {
	t.Parallel()
	named := func(name string) string { return strings.ReplaceAll(goodConfig, "team", name) }
	const found, none = "Using the configuration file in the working directory", "No configuration file found"
	for _, tc := range []struct {
		name, receiver string
		files          map[string]string
		flags          []string
		lines          []string // texts of which the only line about it has all; nil: there is none
	}{
		{"both", "new", map[string]string{"tocsin.yml": named("new"), "alertmanager.yml": named("old")}, nil, []string{found, "file=tocsin.yml"}},
		{"the old name", "old", map[string]string{"alertmanager.yml": named("old")}, nil, []string{found, "file=alertmanager.yml"}},
		{"none", "terminal", nil, nil, []string{none, "built-in"}},
		{"asked for", "own", map[string]string{"tocsin.yml": named("new"), "own.yml": named("own")}, []string{"--config.file=own.yml"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range tc.files {
				write(t, dir, name, text)
			}
			p := launch(t, dir, append([]string{"--web.listen-address=127.0.0.1:0"}, tc.flags...)...)
			if got := (server{"http://" + p.address(t)}).receivers(t); len(got) != 1 || got[0] != tc.receiver {
				t.Errorf("receivers %q, want %s", got, tc.receiver)
			}
			lines := append(p.stderr.lines(found), p.stderr.lines(none)...)
			if tc.lines == nil && len(lines) != 0 {
				t.Errorf("lines about the search: %q, want none", lines)
			}
			if tc.lines != nil && (len(lines) != 1 || !containsAll(lines[0], tc.lines)) {
				t.Errorf("lines about the search: %q, want one with %q", lines, tc.lines)
			}
			p.stop(t)
		})
	}
}
