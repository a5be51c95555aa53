package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/internal/golden"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/log"
	"github.com/tocsin-alerting/tocsin/notify/webhook"
)

// read parses a text as if it stood in a file of the folder.
func read(text, dir string, syntax alert.Syntax) (*config.Config, error) {
	return config.Parse([]byte(text), config.Options{Kinds: kinds(), Syntax: syntax, Dir: dir})
}

// kinds are some that have no global settings, so that a kind that is added does
// not change what is shown here.
func kinds() []notify.Kind { return []notify.Kind{webhook.Kind(), log.Kind()} }

// TestGolden reads config.yml in a syntax and compares what comes out: the
// problems, or the warnings and what is shown.
func TestGolden(t *testing.T) {
	syntaxes := map[string]alert.Syntax{
		"":        alert.SyntaxFallback,
		"utf8":    alert.SyntaxUTF8,
		"classic": alert.SyntaxClassic,
	}
	golden.Run(t, "testdata", func(t *testing.T, in map[string]string) map[string]string {
		syntax, known := syntaxes[strings.TrimSpace(in["syntax"])]
		if !known {
			t.Fatalf("unknown syntax %q", in["syntax"])
		}
		c, err := read(in["config.yml"], "/etc/tocsin", syntax)
		if err != nil {
			hides(t, err.Error())
			return map[string]string{"error": err.Error()}
		}
		hides(t, c.String())
		readsAgain(t, c.String(), syntax)
		return map[string]string{"yaml": c.String(), "warnings": strings.Join(c.Warnings, "\n")}
	})
}

// hides fails if a text shows what stands for a secret in the golden files.
func hides(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"hunter2", "token.example", "token@"} {
		if strings.Contains(text, secret) {
			t.Errorf("the text shows the secret %s", secret)
		}
	}
}

// readsAgain fails if what is shown does not mean the same.
func readsAgain(t *testing.T, shown string, syntax alert.Syntax) {
	t.Helper()
	c, err := read(shown, "/etc/tocsin", syntax)
	if err != nil {
		t.Fatalf("what is shown does not load: %v", err)
	}
	if diff := cmp.Diff(shown, c.String()); diff != "" {
		t.Errorf("what is shown means something else (-shown +read again):\n%s", diff)
	}
}
