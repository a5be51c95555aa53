package notify_test

import (
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestSigningSecret(t *testing.T) {
	tests := []struct {
		name         string
		s            notify.SigningSecret
		key          string
		check, fails string // parts of errors
	}{
		{name: "none"},
		{name: "inline", s: notify.SigningSecret{Secret: "s3cr3t"}, key: "s3cr3t"},
		{name: "both", s: notify.SigningSecret{Secret: "s3cr3t", SecretFile: "f"}, check: "at most one of secret and secret_file must be configured"},
		{name: "shown", s: notify.SigningSecret{Secret: "<secret>"}, fails: "configure the secret itself"},
		{name: "no file", s: notify.SigningSecret{SecretFile: "/no/such/file"}, fails: "secret_file: read secret: open /no/such/file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.s.Check(); !tells(err, test.check) {
				t.Errorf("check: %v, want %q", err, test.check)
			}
			if test.check != "" {
				return
			}
			key, err := test.s.Key()
			if key != test.key || !tells(err, test.fails) {
				t.Errorf("key %q, error %v; want %q, %q", key, err, test.key, test.fails)
			}
		})
	}
}

// tells reports whether an error has a text; without a text, whether there is no
// error.
func tells(err error, text string) bool {
	if text == "" || err == nil {
		return text == "" && err == nil
	}
	return strings.Contains(err.Error(), text)
}
