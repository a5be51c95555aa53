package notify_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestSecretIsHidden(t *testing.T) {
	const text = "t0ps3cr3t"
	secret := notify.Secret(text)
	type settings struct {
		Token notify.Secret `yaml:"token" json:"token"`
	}
	asYAML, err := yaml.Marshal(settings{secret})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(settings{secret})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(asYAML), "token: <secret>\n"; got != want {
		t.Errorf("YAML %q, want %q", got, want)
	}
	var back settings
	if err := json.Unmarshal(asJSON, &back); err != nil || back.Token != "<secret>" {
		t.Errorf("JSON %s reads as %q: %v", asJSON, string(back.Token), err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb+" "+verb, secret, settings{secret}); strings.Contains(got, text) || strings.Contains(got, fmt.Sprintf("%x", text)) {
			t.Errorf("%s shows %s", verb, got)
		}
	}
}

func TestEmptySecret(t *testing.T) {
	type settings struct {
		Token notify.Secret `yaml:"token"`
		Left  notify.Secret `yaml:"left,omitempty"`
	}
	got, err := yaml.Marshal(settings{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "token: \"\"\n"; string(got) != want {
		t.Errorf("YAML %q, want %q", got, want)
	}
}

func TestOneOf(t *testing.T) {
	tests := []struct{ inline, file, want string }{
		{"a", "", ""},
		{"", "b", ""},
		{"", "", "one of token or token_file must be configured"},
		{"a", "b", "at most one of token and token_file must be configured"},
	}
	for _, test := range tests {
		got := ""
		if err := notify.OneOf("token", test.inline, test.file); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("inline %q, file %q: error %q, want %q", test.inline, test.file, got, test.want)
		}
	}
}

func TestFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if got, err := notify.FromFile(" inline ", ""); got != " inline " || err != nil {
		t.Errorf("inline: %q, %v, want it as it is", got, err)
	}
	if got, err := notify.FromFile("", ""); got != "" || err != nil {
		t.Errorf("nothing: %q, %v", got, err)
	}
	if _, err := notify.FromFile("", path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: error %v does not name it", err)
	}
	for content, want := range map[string]string{"one": "one", " two words \n\n": "two words"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := notify.FromFile("", path); got != want || err != nil {
			t.Errorf("content %q: %q, %v, want %q", content, got, err, want)
		}
	}
	if err := os.WriteFile(path, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := notify.FromFile("", path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("empty file: error %v does not name it", err)
	}
}
