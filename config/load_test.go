package config_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

const small = "route: {receiver: team}\nreceivers: [{name: team}]\n"

// TestParseBytes is about texts that do not fit into golden files.
func TestParseBytes(t *testing.T) {
	for _, tt := range []struct {
		name, text, wantErr string
	}{
		{name: "byte order mark", text: "\ufeff" + small},
		{name: "lines end as on Windows", text: strings.ReplaceAll(small, "\n", "\r\n")},
		{name: "no newline at the end", text: strings.TrimSpace(small)},
		{name: "document marker", text: "---\n" + small},
		{name: "nothing", text: "", wantErr: "no route"},
		{name: "blanks", text: " \n\n", wantErr: "no route"},
		{name: "invalid UTF-8", text: small + "templates: [\xff]", wantErr: "UTF-8"},
		{name: "control character", text: small + "templates: [\x00]", wantErr: "control characters"},
		{name: "only a comment", text: "# x", wantErr: "no route"},
		{name: "aliases that unfold", text: small + unfolding(), wantErr: "aliases repeat too many values"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(tt.text, "", alert.SyntaxFallback)
			if tt.wantErr == "" && err != nil {
				t.Errorf("got error %v", err)
			}
			if tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Errorf("got error %v, want one with %q", err, tt.wantErr)
			}
		})
	}
}

// unfolding is a payload of a billion values.
func unfolding() string {
	const nine = "[*%, *%, *%, *%, *%, *%, *%, *%, *%]"
	text := "inhibit_rules:\n- source_match: &a {x: y}\n"
	for c := 'b'; c < 'k'; c++ {
		text += "- target_match: &" + string(c) + " {<<: " + strings.ReplaceAll(nine, "%", string(c-1)) + "}\n"
	}
	return text
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	options := config.Options{Kinds: all.Kinds(), Dir: "/elsewhere"}
	good, bad := filepath.Join(dir, "good.yml"), filepath.Join(dir, "bad.yml")
	write(t, good, small+"templates: ['*.tmpl']\n")
	write(t, bad, "rout: {}\n")

	c, err := config.Load(good, options)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "*.tmpl")}, c.Templates); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
	if want := small + "templates: ['*.tmpl']\n"; string(c.Source) != want {
		t.Errorf("source is %q, want %q", c.Source, want)
	}

	_, err = config.Load(bad, options)
	want := "configuration " + bad + " is not valid:\nno route provided in config\nline 1: unknown key \"rout\""
	if err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
	if _, err := config.Load(filepath.Join(dir, "none.yml"), options); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got error %v for a file that does not exist", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLoadRelative loads by a relative path, which files in the configuration
// must get once.
func TestLoadRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("sub", "tocsin.yml")
	write(t, path, small+`global: {http_config: {tls_config: {ca_file: ca.pem}}}`)
	c, err := config.Load(path, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Global.HTTPConfig.TLSConfig.CAFile, filepath.Join("sub", "ca.pem"); got != want {
		t.Errorf("ca_file is %s, want %s", got, want)
	}
}

func TestDefault(t *testing.T) {
	c, err := read(string(config.Default), "", alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("the default configuration has warnings: %q", c.Warnings)
	}
}

// TestExamples loads what newcomers copy.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../examples/*.yml")
	paths = append(paths, "../examples/ha/tocsin.yml", "../examples/compose/tocsin.yml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			c, err := config.Load(path, config.Options{Kinds: all.Kinds()})
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) > 0 {
				t.Errorf("warnings: %q", c.Warnings)
			}
			for _, r := range c.Receivers {
				if !c.Used()[r.Name] {
					t.Errorf("no route uses receiver %s", r.Name)
				}
			}
			if _, err := config.Parse([]byte(c.String()), config.Options{Kinds: all.Kinds()}); err != nil {
				t.Errorf("what is shown does not load: %v\n%s", err, c)
			}
		})
	}
}

func TestUsed(t *testing.T) {
	c, err := read(`
route:
  receiver: a
  routes: [{receiver: b, routes: [{}, {receiver: c}]}]
receivers: [{name: a}, {name: b}, {name: c}, {name: d}]
`, "", alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, slices.Sorted(maps.Keys(c.Used()))); diff != "" {
		t.Errorf("used receivers (-want +got):\n%s", diff)
	}
}

// TestDefaultsAreNotShared makes sure that what one configuration sets is not
// the default of the next.
func TestDefaultsAreNotShared(t *testing.T) {
	if _, err := read(small+"global: {resolve_timeout: 1m, http_config: {enable_http2: no, http_headers: {A: {values: [b]}}}}", "", alert.SyntaxFallback); err != nil {
		t.Fatal(err)
	}
	c, err := read(small, "", alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	if h := c.Global.HTTPConfig; c.Global.ResolveTimeout.String() != "5m" || !h.EnableHTTP2 || h.HTTPHeaders != nil {
		t.Errorf("the default is %s", c)
	}
}

// What is shown of such an output does not load, since its URL is needed.
func TestEventRecorderWebhook(t *testing.T) {
	c, err := config.Parse([]byte(`route: {receiver: team}
receivers: [{name: team}]
event_recorder:
  webhook_outputs: [{url: https://events.example/t0ken, batch: true, batch_max_events: 10}]
`), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := c.EventRecorder.WebhookOutputs[0]
	if w.Workers != 4 || w.MaxRetries != 3 || w.BatchMaxEvents != 10 || strings.Contains(c.String(), "t0ken") {
		t.Errorf("%+v, shown as\n%s", w, c)
	}
}

func TestWarnsOfRepeatsBeyondTheRetention(t *testing.T) {
	const text = "route: {receiver: team, repeat_interval: 6d, routes: [{matchers: [a=b]}]}\nreceivers: [{name: team}]\n"
	for retention, want := range map[time.Duration]int{0: 0, 120 * time.Hour: 1, 144 * time.Hour: 0} {
		c, err := config.Parse([]byte(text), config.Options{Retention: retention})
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Warnings) != want {
			t.Errorf("with a retention of %s: %q, want %d warnings", retention, c.Warnings, want)
		}
	}
}
