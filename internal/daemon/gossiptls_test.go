package daemon

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
)

// gossipConfig writes a configuration of TLS for gossip, with certificates beside it.
func (a authority) gossipConfig(t *testing.T, server, client string) string {
	t.Helper()
	dir := t.TempDir()
	cert, key := a.issue(t, "localhost")
	writeFile(t, filepath.Join(dir, "replica.pem"), cert)
	writeFile(t, filepath.Join(dir, "replica.key"), key)
	writeFile(t, filepath.Join(dir, "ca.pem"), inPEM("CERTIFICATE", a.cert.Raw))
	text := ""
	if server != "" {
		text += "tls_server_config: {" + server + "}\n"
	}
	if client != "" {
		text += "tls_client_config: {" + client + "}\n"
	}
	return writeFile(t, filepath.Join(dir, "gossip.yml"), text)
}

const (
	mutualServer = "cert_file: replica.pem, key_file: replica.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"
	mutualClient = "ca_file: ca.pem, cert_file: replica.pem, key_file: replica.key"
)

func TestGossipTLSFile(t *testing.T) {
	a := newAuthority(t)
	tests := map[string]struct{ server, client, want string }{
		"mutual":          {mutualServer, mutualClient, ""},
		"of AM":           {"cert_file: replica.pem, key_file: replica.key, min_version: TLS13, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]", "insecure_skip_verify: true, server_name: x", ""},
		"no client":       {mutualServer, "", ""},
		"no server":       {"", mutualClient, "tls_server_config is missing"},
		"no certificate":  {"key_file: replica.key", mutualClient, "missing one of cert or cert_file"},
		"wrong file":      {"cert_file: nowhere.pem, key_file: replica.key", mutualClient, "nowhere.pem"},
		"wrong authority": {mutualServer, "ca_file: replica.key", "unable to use specified CA cert"},
		"half a pair":     {mutualServer, "cert_file: replica.pem", "exactly one of key or key_file"},
		"unknown key":     {mutualServer + ", nonsense: 1", "", "nonsense"},
		"unknown suite":   {mutualServer + ", cipher_suites: [x]", "", "unknown cipher: x"},
		"unknown policy":  {"cert_file: replica.pem, key_file: replica.key, client_auth_type: x", "", "invalid ClientAuth: x"},
	}
	for name, tt := range tests {
		file := a.gossipConfig(t, tt.server, tt.client)
		var logs bytes.Buffer
		c, err := newGossipTLS(file, log.NewLogfmtLogger(&logs))
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("%s: error %v does not say %q", name, err, tt.want)
			}
			continue
		}
		if err != nil || c == nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if warned := strings.Contains(logs.String(), "no certificate is asked for"); warned != (name == "of AM") {
			t.Errorf("%s: logs %s", name, logs.String())
		}
	}
	if c, err := newGossipTLS("", log.NewNopLogger()); c != nil || err != nil {
		t.Errorf("no file: %v, %v", c, err)
	}
	if _, err := newGossipTLS(filepath.Join(t.TempDir(), "none.yml"), log.NewNopLogger()); err == nil || strings.Count(err.Error(), "none.yml") != 1 {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := New(Options{Cluster: ClusterOptions{TLSConfigFile: "none.yml", EncryptionKeyFile: "none"}}); err != nil {
		t.Errorf("without clustering: %v", err)
	}
}

func TestGossipTLSIsRenewed(t *testing.T) {
	a := newAuthority(t)
	file := a.gossipConfig(t, mutualServer, mutualClient)
	c, err := newGossipTLS(file, log.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	for name, get := range map[string]func() (any, error){
		"server": func() (any, error) { return c.Server() },
		"client": func() (any, error) { return c.Client() },
	} {
		one, err := get()
		two, again := get()
		if one != two || err != nil || again != nil {
			t.Errorf("%s: another configuration, though nothing has changed", name)
		}
		ca := filepath.Join(filepath.Dir(file), "ca.pem")
		later := time.Now().Add(time.Minute)
		if err := os.Chtimes(ca, later, later); err != nil {
			t.Fatal(err)
		}
		if three, err := get(); three == two || err != nil {
			t.Errorf("%s: the same configuration, though a file has changed: %v", name, err)
		}
		text, err := os.ReadFile(ca)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(ca); err != nil {
			t.Fatal(err)
		}
		if _, err := get(); err == nil {
			t.Errorf("%s: no error without the authority", name)
		}
		writeFile(t, ca, string(text))
		if _, err := get(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func secretKey(b byte, size int) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, size))
}

func TestGossipKeys(t *testing.T) {
	one, two := secretKey(1, 32), secretKey(2, 16)
	tests := map[string]struct {
		text string
		keys int
		want string
	}{
		"one":            {one, 1, ""},
		"two":            {"# first\n\n" + two + "\r\n  " + one + "\n", 2, ""},
		"none":           {"# nothing\n\n", 0, "no key in it"},
		"empty":          {"", 0, "no key in it"},
		"too long":       {one + "\n" + secretKey(3, 33), 0, "line 2: a key has 16, 24 or 32 bytes, not 33"},
		"nonsense":       {"#\nsecret!", 0, "line 2: not base64"},
		"twice":          {one + "\n" + one, 0, "line 2: the same key as in line 1"},
		"several things": {"secret!\n" + secretKey(3, 3), 0, "line 1: not base64\nline 2: a key has"},
	}
	for name, tt := range tests {
		keys, err := parseGossipKeys(tt.text)
		switch {
		case tt.want == "" && (err != nil || len(keys) != tt.keys):
			t.Errorf("%s: %d keys, %v", name, len(keys), err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: error %v tells the key", name, err)
		}
	}
	if _, err := readGossipKeys(filepath.Join(t.TempDir(), "keys")); err == nil {
		t.Error("no error for a file that is not there")
	}
	if keys, err := readGossipKeys(""); keys != nil || err != nil {
		t.Errorf("no file: %v, %v", keys, err)
	}
}

func FuzzGossipKeys(f *testing.F) {
	f.Add("# keys\n" + secretKey(1, 32) + "\n" + secretKey(2, 16))
	f.Add("\r\n=\n")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parseGossipKeys(text)
		if err == nil && len(keys) == 0 {
			t.Error("no key and no error")
		}
		for line := range strings.FieldsSeq(text) {
			if err != nil && len(line) > 20 && strings.Contains(err.Error(), line) {
				t.Errorf("%v tells a line", err)
			}
		}
	})
}

func TestGossipKeysAreReadAgain(t *testing.T) {
	file := writeFile(t, filepath.Join(t.TempDir(), "keys"), secretKey(1, 32))
	d, err := New(Options{Cluster: ClusterOptions{ListenAddress: "127.0.0.1:0", EncryptionKeyFile: file}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ text, want string }{
		{secretKey(1, 32) + "\n" + secretKey(2, 32), ""},
		{"#", "no key in it"},
		{secretKey(2, 32), ""},
	} {
		writeFile(t, file, step.text)
		use, err := d.replicas.readKeys(file)
		if err == nil {
			err = use()
		}
		if fmt.Sprint(err) != "<nil>" && (step.want == "" || !strings.Contains(err.Error(), step.want)) || err == nil && step.want != "" {
			t.Errorf("%q: %v", step.text, err)
		}
	}
	var alone *replicas
	use, err := alone.readKeys(file)
	if diff := cmp.Diff([]error{nil, nil}, []error{err, use()}); diff != "" {
		t.Error(diff)
	}
	if _, err := New(Options{Cluster: ClusterOptions{ListenAddress: "127.0.0.1:0", EncryptionKeyFile: writeFile(t, file, "x")}}); err == nil {
		t.Error("began with a broken key file")
	}
}

// TestDaemonsOverTLS joins two daemons by real sockets, with certificates and keys
// from files.
func TestDaemonsOverTLS(t *testing.T) {
	a := newAuthority(t)
	keys := writeFile(t, filepath.Join(t.TempDir(), "keys"), secretKey(1, 32))
	var peers []string
	for i := range 2 {
		d, err := New(Options{
			ListenAddresses: []string{"127.0.0.1:0"}, Retention: time.Hour,
			Cluster: ClusterOptions{
				ListenAddress: "127.0.0.1:0", Peers: peers, SettleTimeout: 30 * time.Second, GossipInterval: 10 * time.Millisecond,
				TLSConfigFile: a.gossipConfig(t, mutualServer, mutualClient), EncryptionKeyFile: keys,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		changed := d.replicas.peer.Changed()
		go func() { ended <- d.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		<-changed // itself
		if err := d.replicas.peer.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		members := d.replicas.peer.Members()
		if len(members) != i+1 {
			t.Errorf("%d members", len(members))
		}
		peers = []string{members[0].Address}
		if err := d.Reload(ctx); err != nil {
			t.Error(err)
		}
	}
}
