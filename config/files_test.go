package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

const namesFiles = `global:
  slack_api_url_file: absent-everywhere
  http_config:
    tls_config: {ca_file: absent-ca.pem}
route: {receiver: team}
templates: [here.txt, absent.tmpl, '*.tmpl']
receivers:
  - name: team
    slack_configs:
      - channel: '#a'
      - channel: '#b'
        api_url_file: empty.txt
    webhook_configs:
      - url_file: here.txt
      - url_file: folder
        http_config:
          basic_auth: {username: ann, password_file: absent-password}
          http_headers: {X-Token: {files: [here.txt, absent-token]}}
    kafka_configs:
      - brokers: [b:9092]
        topic: t
        sasl: {mechanism: plain, username: u, password_file: absent-sasl}
        tls_config: {cert_file: absent-cert, key_file: here.txt}
event_recorder:
  webhook_outputs: [{url: 'http://h', http_config: {authorization: {credentials_file: absent-recorder}}}]
`

func TestCheckFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"tocsin.yml": namesFiles, "here.txt": "http://h", "empty.txt": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c, err := config.Load("tocsin.yml", config.Options{Kinds: all.Kinds()})
	if err != nil {
		t.Fatal(err)
	}
	want := `
global.slack_api_url_file: line 2: stat absent-everywhere: no such file or directory
global.http_config.tls_config.ca_file: line 4: stat absent-ca.pem: no such file or directory
templates[1]: line 6: there is no file absent.tmpl
templates[2]: line 6: there is no file *.tmpl
receivers[0] "team": slack_configs[1].api_url_file: line 12: the file empty.txt is empty
receivers[0] "team": webhook_configs[1].url_file: line 15: read folder: is a directory
receivers[0] "team": webhook_configs[1].http_config.basic_auth.password_file: line 17: stat absent-password: no such file or directory
receivers[0] "team": webhook_configs[1].http_config.http_headers.X-Token.files[1]: line 18: stat absent-token: no such file or directory
receivers[0] "team": kafka_configs[0].sasl.password_file: line 22: stat absent-sasl: no such file or directory
receivers[0] "team": kafka_configs[0].tls_config.cert_file: line 23: stat absent-cert: no such file or directory
event_recorder.webhook_outputs[0].http_config.authorization.credentials_file: line 25: stat absent-recorder: no such file or directory`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split("\n"+c.CheckFiles().Error(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
