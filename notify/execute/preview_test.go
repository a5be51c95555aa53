package execute

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

// TestPreview wants all that the program would get, and the program not to run.
func TestPreview(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ntouch "+dir+"/ran\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := Config{Command: []string{program, "-x"}, WorkingDir: dir, Env: map[string]template.Text{"TOCSIN_NAME": "{{ .GroupLabels.alertname }}"}}
	s, err := open(c, notify.Deps{AllowExec: true})
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.(notify.Previewer).Preview(t.Context(), receivertest.Notification(t, "firing"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{program, `"-x"`, "Working directory: " + dir, "\nTOCSIN_NAME=DiskFull\n", `"groupKey":`} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the program has run")
	}
}
