package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

// expanded reads a receiver's integrations with references expanded.
func expanded(t *testing.T, dir, integrations string) (*config.Config, error) {
	t.Helper()
	text := "route: {receiver: a}\nreceivers:\n- name: a\n" + integrations
	return config.Parse([]byte(text), config.Options{Kinds: all.Kinds(), Dir: dir, ExpandSecrets: true})
}

// places puts folders and variables where the tests expect them.
func places(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("TOCSIN_TEST_TOKEN", "t0ken: 010")
	t.Setenv("TOCSIN_TEST_EMPTY", "")
	t.Setenv("TOCSIN_TEST_REFERENCE", "${env:TOCSIN_TEST_TOKEN}")
	for name, content := range map[string]string{"pass": "pa$$word\r\n\n", "empty": "\n", "large": strings.Repeat("x", 70_000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSecretsExpand(t *testing.T) {
	dir := places(t)
	for text, want := range map[string]string{
		"${env:TOCSIN_TEST_TOKEN}":                               "t0ken: 010",
		"${file:pass}":                                           "pa$$word",
		"${file:" + dir + "/pass}":                               "pa$$word",
		"a-${env:TOCSIN_TEST_TOKEN}-${file:pass}-b":              "a-t0ken: 010-pa$$word-b",
		"$${env:TOCSIN_TEST_TOKEN}":                              "${env:TOCSIN_TEST_TOKEN}",
		"$$${file:pass}":                                         "$${file:pass}",
		"$${env:nosuch} ${file:pass}":                            "${env:nosuch} pa$$word",
		"${env:TOCSIN_TEST_REFERENCE}":                           "${env:TOCSIN_TEST_TOKEN}",
		"${ENV:X} ${X} $X $$X {env:X} ${env} $(env:X) ${secret:": "${ENV:X} ${X} $X $$X {env:X} ${env} $(env:X) ${secret:",
		"plain": "plain",
	} {
		quoted, err := yaml.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		file := "global:\n  http_config:\n    basic_auth:\n      username: u\n      password: " + string(quoted) + small
		c, err := config.Parse([]byte(file), config.Options{Dir: dir, ExpandSecrets: true})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := string(c.Global.HTTPConfig.BasicAuth.Password); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		if shown := c.String(); strings.Contains(shown, want) || !strings.Contains(shown, "password: <secret>") {
			t.Errorf("%s: shown as\n%s", text, shown)
		}
	}
}

func TestSecretsOffByDefault(t *testing.T) {
	file := "global: {http_config: {bearer_token: '${env:NOSUCH}'}}\nroute: {receiver: '${env:NOSUCH}'}\nreceivers: [{name: '${env:NOSUCH}'}]\n"
	c, err := config.Parse([]byte(file), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Global.HTTPConfig.Authorization.Credentials; got != "${env:NOSUCH}" || c.Secrets != "" {
		t.Errorf("got %q, hash %q", string(got), c.Secrets)
	}
}

// TestSecretsMistakes wants the place of each mistake, and no value.
func TestSecretsMistakes(t *testing.T) {
	dir := places(t)
	const webhook = `receivers[0] "a": webhook_configs[0]`
	for _, tt := range []struct{ name, text, want string }{
		{"no variable", "  webhook_configs: [{url: '${env:NOSUCH}'}]", webhook + ".url: line 4: ${env:NOSUCH}: the environment variable is not set"},
		{"empty variable", "  webhook_configs: [{url: '${env:TOCSIN_TEST_EMPTY}'}]", webhook + ".url: line 4: ${env:TOCSIN_TEST_EMPTY}: the environment variable is empty"},
		{"no name", "  webhook_configs: [{url: 'http://x/${env:}'}]", webhook + ".url: line 4: ${env:}: the name of the variable is missing"},
		{"no path", "  webhook_configs: [{url: '${file:}'}]", webhook + ".url: line 4: ${file:}: the path of the file is missing"},
		{"no file", "  webhook_configs: [{url: '${file:nosuch}'}]", webhook + ".url: line 4: ${file:nosuch}: open " + dir + "/nosuch: no such file or directory"},
		{"folder", "  webhook_configs: [{url: '${file:.}'}]", webhook + ".url: line 4: ${file:.}: read " + dir + ": is a directory"},
		{"empty file", "  webhook_configs: [{url: '${file:empty}'}]", webhook + ".url: line 4: ${file:empty}: the file is empty"},
		{"large file", "  webhook_configs: [{url: '${file:large}'}]", webhook + ".url: line 4: ${file:large}: the file has more than 65536 bytes, which is no secret"},
		{"no brace", "  webhook_configs: [{url: '${env:TOCSIN_TEST_TOKEN'}]", webhook + ".url: line 4: a reference has no closing brace; write ${env:NAME} or ${file:PATH}, or $${ if the text itself is meant"},
		{"shown", "  labels: {owner: '${env:TOCSIN_TEST_TOKEN}'}", `receivers[0] "a": labels.owner: line 4: a reference like ${env:NAME} or ${file:PATH} stands in a key that is shown`},
		{"free", "  webhook_configs: [{url: 'http://x', payload: {a: ['${file:pass}']}}]", webhook + ".payload.a[0]: line 4: a reference like"},
		{"template", "  slack_configs: [{api_url: 'http://x', channel: '${file:pass}'}]", `receivers[0] "a": slack_configs[0].channel: line 4: a reference like`},
		{"number", "  webhook_configs: [{url: 'http://x', max_alerts: '${file:pass}'}]", webhook + ".max_alerts: line 4: a reference like"},
		{"URL that is shown", "  jira_configs: [{api_url: '${file:pass}', project: P, issue_type: T}]", `receivers[0] "a": jira_configs[0].api_url: line 4: a reference like`},
		{"proxy", "  webhook_configs: [{url: 'http://x', http_config: {proxy_url: 'http://u:${file:pass}@p'}}]", webhook + ".http_config.proxy_url: line 4: a reference like"},
		{"no URL", "  webhook_configs: [{url: '${file:pass}'}]", webhook + ": line 4: url: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := expanded(t, dir, tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error\n%v\nwant\n%s", err, tt.want)
			}
			for _, value := range []string{"t0ken", "pa$$word"} {
				if strings.Contains(err.Error(), value) {
					t.Errorf("the error has the value: %v", err)
				}
			}
		})
	}
}

// TestSecretsEverywhere puts a reference under keys of each sort of secret.
func TestSecretsEverywhere(t *testing.T) {
	dir := places(t)
	c, err := config.Parse([]byte(`
global:
  slack_api_url: 'https://x/${file:pass}'
  http_config:
    oauth2: {client_id: c, client_secret: '${file:pass}', token_url: 'http://x'}
    tls_config: {cert_file: cert.pem, key: '${file:pass}'}
    http_headers: {X-Key: {secrets: ['${file:pass}']}}
    proxy_url: http://p
    proxy_connect_header: {X-Proxy: ['${file:pass}']}
route: {receiver: a}
receivers:
- name: a
  slack_configs: [{channel: c}]
  webhook_configs: [{url: 'http://x/${file:pass}', http_config: {authorization: {credentials: '${file:pass}'}}}]
  pagerduty_configs: [{routing_key: '${file:pass}'}]
  ntfy_configs: [{token: '${file:pass}', url: 'https://x/topic'}]
  wecom_robot_configs: [{webhook_url: 'https://x/?key=${file:pass}'}]
`), config.Options{Kinds: all.Kinds(), Dir: dir, ExpandSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{c.String(), fmt.Sprintf("%v %+v", c.Receivers, c.Global.Parts)} {
		if strings.Contains(shown, "pa$$word") {
			t.Errorf("the secret is shown:\n%s", shown)
		}
	}
}

// TestSecretsCount wants that what stands outside tells configurations apart.
func TestSecretsCount(t *testing.T) {
	dir := places(t)
	hash := func(text string) string {
		t.Helper()
		c, err := expanded(t, dir, "  webhook_configs: [{url: '"+text+"'}]")
		if err != nil {
			t.Fatal(err)
		}
		return c.Secrets
	}
	write(t, filepath.Join(dir, "path"), "one")
	first := hash("http://x/${file:path}")
	if again := hash("http://x/${file:path}"); again != first || first == "" {
		t.Errorf("%q, and again %q", first, again)
	}
	write(t, filepath.Join(dir, "path"), "two")
	if second := hash("http://x/${file:path}"); second == first {
		t.Error("another value makes no difference")
	}
	if none := hash("http://x/"); none != "" {
		t.Errorf("%q without a reference", none)
	}
}

// TestSecretsDocs loads the example of the docs.
func TestSecretsDocs(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOOK_TOKEN", "h00k")
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "secrets", "token"), "t0ken\n")
	tried := 0
	for _, b := range blocks(page(t, "configuration.md")) {
		if b.info != "yaml secrets" {
			continue
		}
		tried++
		c, err := config.Parse([]byte(b.text), config.Options{Kinds: all.Kinds(), Dir: dir, ExpandSecrets: true})
		if err != nil || c.Secrets == "" {
			t.Errorf("%v in\n%s", err, b.text)
		}
	}
	if tried != 1 {
		t.Errorf("%d examples", tried)
	}
}
