package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority makes certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := newKey(t)
	template := certTemplate("authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	return authority{sign(t, template, template, key, key), key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

func sign(t *testing.T, cert, by *x509.Certificate, key, with *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, by, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// issue makes a certificate and returns it and its key in PEM.
func (a authority) issue(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private := newKey(t)
	made := sign(t, certTemplate(name), a.cert, private, a.key)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("CERTIFICATE", made.Raw), inPEM("PRIVATE KEY", der)
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// client is the configuration of a client that trusts the authority. With a name
// it has a certificate.
func (a authority) client(t *testing.T, name string) *tls.Config {
	t.Helper()
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	c.RootCAs.AddCert(a.cert)
	if name != "" {
		pair, err := tls.X509KeyPair(pairOf(a.issue(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c
}

func pairOf(cert, key string) (c, k []byte) { return []byte(cert), []byte(key) }

// webConfig writes a configuration with a certificate of the server beside it.
func (a authority) webConfig(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	cert, key := a.issue(t, "localhost")
	writeFile(t, filepath.Join(dir, "server.pem"), cert)
	writeFile(t, filepath.Join(dir, "server.key"), key)
	writeFile(t, filepath.Join(dir, "ca.pem"), inPEM("CERTIFICATE", a.cert.Raw))
	return writeFile(t, filepath.Join(dir, "web.yml"), "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"+more)
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	file := a.webConfig(t, "")
	s := serveOn(t, 2, func(o *Options) { o.WebConfigFile, o.MaxBodyBytes = file, 1000 })
	for _, address := range s.addresses {
		r, err := ask(t, a.client(t, ""), "https://"+address+"/-/ready", nil)
		if err != nil || r.status != http.StatusOK || r.protocol != 2 {
			t.Errorf("status %d with HTTP/%d, want 200 with HTTP/2: %v", r.status, r.protocol, err)
		}
		if _, err := ask(t, nil, "https://"+address+"/", nil); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("a client that does not know the authority: error %v", err)
		}
		wantStatus(t, http.StatusBadRequest, "http://"+address+"/", nil)
	}
	url := "https://" + s.addresses[0] + "/api/v2/alerts"
	r, err := ask(t, a.client(t, ""), url, func(r *http.Request) {
		r.Method, r.Body = http.MethodPost, io.NopCloser(strings.NewReader(strings.Repeat(" ", 2000)+"[]"))
		r.Header.Set("Content-Type", "application/json")
	})
	if err != nil || r.status != http.StatusRequestEntityTooLarge || r.protocol != 2 {
		t.Errorf("large body: status %d with HTTP/%d, want 413 with HTTP/2: %v", r.status, r.protocol, err)
	}

	// Certificates can be renewed while it runs.
	other := newAuthority(t)
	cert, key := other.issue(t, "localhost")
	writeFile(t, filepath.Join(filepath.Dir(file), "server.pem"), cert)
	writeFile(t, filepath.Join(filepath.Dir(file), "server.key"), key)
	if r, err := ask(t, other.client(t, ""), url, nil); err != nil || r.status != http.StatusOK {
		t.Errorf("renewed certificate: status %d, %v", r.status, err)
	}
}

func TestHTTP2Off(t *testing.T) {
	a := newAuthority(t)
	file := a.webConfig(t, "http_server_config: {http2: false}\n")
	s := serveOn(t, 1, func(o *Options) { o.WebConfigFile = file })
	r, err := ask(t, a.client(t, ""), "https://"+s.addresses[0]+"/-/ready", nil)
	if err != nil || r.status != http.StatusOK || r.protocol != 1 {
		t.Errorf("status %d with HTTP/%d, want 200 with HTTP/1: %v", r.status, r.protocol, err)
	}
}

func TestClientCertificates(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	file := a.webConfig(t, "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n  client_allowed_sans: [prometheus]\n")
	s := serveOn(t, 1, func(o *Options) { o.WebConfigFile = file })
	foreign := stranger.client(t, "prometheus")
	foreign.RootCAs = a.client(t, "").RootCAs
	for name, tc := range map[string]struct {
		client *tls.Config
		ok     bool
	}{
		"known":          {a.client(t, "prometheus"), true},
		"another name":   {a.client(t, "grafana"), false},
		"no certificate": {a.client(t, ""), false},
		"foreign":        {foreign, false},
	} {
		r, err := ask(t, tc.client, "https://"+s.addresses[0]+"/-/ready", nil)
		if ok := err == nil && r.status == http.StatusOK; ok != tc.ok {
			t.Errorf("%s: status %d, %v, want it to pass: %t", name, r.status, err, tc.ok)
		}
	}
}

// TestStopFinishesRequestsTLS is TestStopFinishesRequests behind TLS.
func TestStopFinishesRequestsTLS(t *testing.T) {
	a := newAuthority(t)
	file := a.webConfig(t, "")
	s := serveOn(t, 2, func(o *Options) { o.WebConfigFile = file })
	config := a.client(t, "")
	config.ServerName = "localhost"
	finishes(t, s, tls.Client(dial(t, s.addresses[1]), config))
}
