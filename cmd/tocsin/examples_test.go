package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

// The command lines in the examples of how to run replicas are understood.
func TestCommandLinesOfExamples(t *testing.T) {
	lines := commandLines(t)
	if len(lines) != 6 {
		t.Errorf("%d command lines, want 6", len(lines))
	}
	for name, args := range lines {
		f, done, err := parseFlags(args, io.Discard, io.Discard)
		if err != nil || done {
			t.Errorf("%s: done %t, error %v", name, done, err)
			continue
		}
		if len(f.daemon.Cluster.Peers) == 0 || f.daemon.Cluster.ListenAddress == "" {
			t.Errorf("%s: %q does not make a cluster", name, args)
		}
	}
}

// commandLines returns the flags of every example, without the name of the program.
func commandLines(t *testing.T) map[string][]string {
	t.Helper()
	lines := map[string][]string{}

	unit := exampleText(t, "systemd/tocsin.service")
	start := regexp.MustCompile(`(?m)^ExecStart=\S+ (.*)\$ARGS$`).FindStringSubmatch(unit)
	own := regexp.MustCompile(`(?m)^#   ARGS=(.*)$`).FindStringSubmatch(unit)
	lines["systemd"] = strings.Fields(start[1] + own[1])

	script := strings.ReplaceAll(exampleText(t, "ha/run.sh"), "\\\n", "")
	call := regexp.MustCompile(`(?m)^ *bin/tocsin (--.*?)"\$@"`).FindStringSubmatch(script)
	lines["run.sh"] = strings.Fields(strings.NewReplacer(`"`, "", "$web", "127.0.0.1:9093", "$gossip", "127.0.0.1:9193").Replace(call[1]))

	var compose struct {
		Services map[string]struct{ Command []string }
	}
	decodeExample(t, "compose/compose.yml", &compose)
	for name, s := range compose.Services {
		lines[name] = s.Command
	}

	var set struct {
		Spec struct {
			Template struct {
				Spec struct{ Containers []struct{ Args []string } }
			}
		}
	}
	decodeManifest(t, "StatefulSet", &set)
	lines["kubernetes"] = set.Spec.Template.Spec.Containers[0].Args
	return lines
}

// The configuration in the manifest is one.
func TestConfigurationOfManifest(t *testing.T) {
	var m struct{ Data map[string]string }
	decodeManifest(t, "ConfigMap", &m)
	c, err := config.Parse([]byte(m.Data["tocsin.yml"]), config.Options{Kinds: all.Kinds()})
	if err != nil || len(c.Warnings) > 0 {
		t.Errorf("error %v, warnings %q", err, c.Warnings)
	}
}

func exampleText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decodeExample(t *testing.T, name string, to any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(exampleText(t, name)), to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// decodeManifest decodes the document of a kind, of which there is one.
func decodeManifest(t *testing.T, kind string, to any) {
	t.Helper()
	for text := range strings.SplitSeq(exampleText(t, "kubernetes/tocsin.yml"), "\n---\n") {
		var head struct{ Kind string }
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			t.Fatal(err)
		}
		if head.Kind != kind {
			continue
		}
		if err := yaml.Unmarshal([]byte(text), to); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no %s", kind)
}
