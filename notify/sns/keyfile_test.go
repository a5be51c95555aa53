package sns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

// TestKeyFile wants the file to be read at every attempt: who asks for keys is told
// that they are not fresh any more.
func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	d, err := yamlx.Parse([]byte("{topic_arn: t, sigv4: {region: r, access_key: AKID, secret_key_file: key}}"))
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	c.Locate(dir)
	client, err := connect(t.Context(), c.SigV4, nil)
	if err != nil {
		t.Fatal(err)
	}
	provider := client.Options().Credentials
	if _, err := provider.Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "sigv4: secret_key_file: read secret") {
		t.Errorf("without the file: %v", err)
	}
	for _, key := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(dir, "key"), []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := provider.Retrieve(t.Context())
		if err != nil || got.AccessKeyID != "AKID" || got.SecretAccessKey != key {
			t.Errorf("%s: key of %s is %q, error %v", key, got.AccessKeyID, got.SecretAccessKey, err)
		}
	}
	inDir, err := Kind().Decode(d.Decode, notify.Around{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := inDir.MarshalYAML()
	if err != nil || shown.(Config).SigV4.SecretKeyFile != filepath.Join(dir, "key") {
		t.Errorf("the file is %v, error %v", shown, err)
	}
}
