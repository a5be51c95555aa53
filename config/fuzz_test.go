package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/config"
)

// FuzzConfig checks that no text makes the parser panic, that problems are one
// line each, and that what is shown of a configuration loads and means the same.
func FuzzConfig(f *testing.F) {
	f.Add(config.Default)
	examples, _ := filepath.Glob("../examples/*.yml")
	for _, path := range examples {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	cases, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "config.yml" {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := read(string(text), "", alert.SyntaxFallback)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if strings.TrimSpace(line) == "" {
					t.Errorf("a problem without a text: %q", err)
				}
			}
			return
		}
		shown := c.String()
		again, err := read(shown, "", alert.SyntaxFallback)
		switch {
		case err != nil && !strings.Contains(shown, "<secret>") && !strings.Contains(shown, "xxxxx"):
			t.Errorf("what is shown does not load: %v\n%s", err, shown)
		case err == nil && again.String() != shown:
			t.Errorf("what is shown means something else:\n%s\nread again:\n%s", shown, again)
		}
	})
}
