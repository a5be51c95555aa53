package sim

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// overTLS has replicas talk over TLS. It gives all the same certificate, which an
// authority has signed for all of their addresses.
func overTLS(t *testing.T) func(*daemon.Options) {
	dir := t.TempDir()
	file := filepath.Join(dir, "gossip.yml")
	return func(o *daemon.Options) {
		o.Cluster.TLSConfigFile = file
		if _, err := os.Stat(file); err == nil {
			return
		}
		// Certificates are good for a time, which is that of the bubble.
		signCertificates(t, dir)
		put(t, file, `
tls_server_config: {cert_file: replica.pem, key_file: replica.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}
tls_client_config: {cert_file: replica.pem, key_file: replica.key, ca_file: ca.pem}
`)
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func signCertificates(t *testing.T, dir string) {
	t.Helper()
	caKey, ca := certify(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	replica := &x509.Certificate{
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1), net.IPv4(10, 0, 0, 2), net.IPv4(10, 0, 0, 3)},
	}
	key, cert := certify(t, replica, ca, caKey)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"ca.pem":      {Type: "CERTIFICATE", Bytes: ca.Raw},
		"replica.pem": {Type: "CERTIFICATE", Bytes: cert.Raw},
		"replica.key": {Type: "PRIVATE KEY", Bytes: der},
	} {
		put(t, filepath.Join(dir, name), string(pem.EncodeToMemory(block)))
	}
}

// certify makes a certificate and its key; without an authority it signs itself.
func certify(t *testing.T, c, by *x509.Certificate, with *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(1), pkix.Name{CommonName: "tocsin"}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(1000*time.Hour)
	if by == nil {
		by, with = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, made
}

func TestReplicasOverTLSTellOnce(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		r.all[1].fires("a")
		r.all[2].silence("quiet", time.Hour)
		r.until(25 * time.Second)
		r.show("/api/v2/alerts", `"host":"a"`)
		r.show("/api/v2/silences", `quiet`)
		r.until(4 * time.Minute)
		r.heard("+a", 1)
		if sent := r.net.Traffic().Packets; sent != 0 {
			t.Errorf("%d packets went without TLS", sent)
		}
	}, overTLS(t))
}

func TestKeysOfGossipAreRotatedByReloads(t *testing.T) {
	secret := func(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) + "\n" }
	before, after := secret(1), secret(2)
	var files []string
	keyed := func(o *daemon.Options) {
		o.Cluster.EncryptionKeyFile = filepath.Join(t.TempDir(), "keys")
		files = append(files, o.Cluster.EncryptionKeyFile)
		put(t, o.Cluster.EncryptionKeyFile, before)
	}
	inCluster(t, config, func(r *replicas) {
		for _, keys := range []string{before + after, after + before, after} {
			for i, w := range r.all {
				put(t, files[i], keys)
				if err := w.daemon.Reload(t.Context()); err != nil {
					t.Fatal(err)
				}
				for range 4 {
					time.Sleep(5 * time.Second)
					r.show("/metrics", "alertmanager_cluster_members 3\n")
				}
			}
		}
		put(t, files[0], "nonsense")
		if err := r.all[0].daemon.Reload(t.Context()); err == nil {
			t.Error("a broken key file is no error")
		}
		r.show("/metrics", "alertmanager_cluster_members 3\n")
		for i, w := range r.all {
			if !strings.Contains(w.logs.String(), "secret keys changed") || strings.Contains(w.logs.String(), "peer failed") {
				t.Errorf("replica %d has not changed its keys, or has lost a peer", i)
			}
		}
		r.all[0].fires("a")
		time.Sleep(time.Minute)
		r.show("/api/v2/alerts", `"host":"a"`)
		r.heard("+a", 1)
	}, keyed)
}
