package sns

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

// bundle writes the certificate of a server to a file.
func bundle(t *testing.T, server *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig(t *testing.T) {
	for _, text := range []string{
		"topic_arn: t",
		"phone_number: '+1'",
		"target_arn: t",
		"{topic_arn: t, sigv4: {}}",
		"{topic_arn: t, sigv4: {access_key: a, secret_key: s, profile: p, role_arn: r, external_id: e}}",
		"{topic_arn: t, sigv4: {access_key: a, secret_key_file: f}}",
		"{topic_arn: t, sigv4: {role_arn: r}, api_url: 'no URL yet'}",
	} {
		if _, err := decode(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	const secret = "s3cr3t-key"
	const oneTarget = "exactly one of topic_arn, phone_number and target_arn must be configured"
	tests := []struct{ name, config, want string }{
		{"no target", "{}", oneTarget},
		{"two targets", "{topic_arn: a, phone_number: b}", oneTarget},
		{"two other targets", "{target_arn: a, phone_number: b}", oneTarget},
		{"three targets", "{topic_arn: a, phone_number: b, target_arn: c}", oneTarget},
		{"access key only", "{topic_arn: a, sigv4: {access_key: b}}", "access_key and secret_key must be configured together"},
		{"secret key only", "{topic_arn: a, sigv4: {secret_key: s3cr3t-key}}", "access_key and secret_key must be configured together"},
		{"secret key file only", "{topic_arn: a, sigv4: {secret_key_file: f}}", "access_key and secret_key must be configured together"},
		{"secret key twice", "{topic_arn: a, sigv4: {access_key: b, secret_key: s3cr3t-key, secret_key_file: f}}", "at most one of secret_key and secret_key_file"},
		{"external ID only", "{topic_arn: a, sigv4: {external_id: b}}", "external_id is of use only with role_arn"},
		{"key in sigv4", "{topic_arn: a, sigv4: {token: b}}", `unknown key "token"`},
		{"attributes", "{topic_arn: a, attributes: [b]}", "attributes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("error %v, want %q", err, test.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const texts = `subject: '{{ template "sns.default.subject" . }}'
message: '{{ template "sns.default.message" . }}'
`
	tests := []struct{ name, config, want string }{
		{"defaults", "topic_arn: t", "sigv4: {}\ntopic_arn: t\n" + texts},
		{
			"secret", "{phone_number: '+1', sigv4: {region: r, access_key: a, secret_key: s}, attributes: {b: c}, use_aws_http_client: true}",
			"sigv4:\n    region: r\n    access_key: a\n    secret_key: <secret>\nphone_number: \"+1\"\n" + texts + "attributes:\n    b: c\nuse_aws_http_client: true\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := decode(test.config)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Replace(string(shown), "timeout: 0s\n", "", 1)
			if want := "send_resolved: true\n" + test.want; got != want {
				t.Errorf("shown as\n%swant\n%s", got, want)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	c, err := decode("{topic_arn: t, api_url: u, attributes: {a: v, '{{ .X }}': w}}")
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]string)
	for path, text := range c.Texts() {
		texts[path] = string(text)
	}
	for path, want := range map[string]string{"api_url": "u", "topic_arn": "t", "attributes.a": "v", "attributes: name {{ .X }}": "{{ .X }}"} {
		if texts[path] != want {
			t.Errorf("%s: %q, want %q", path, texts[path], want)
		}
	}
}
