package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority signs certificates of replicas.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{key: newKey(t), pool: x509.NewCertPool()}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(1000 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = sign(t, c, c, a.key, a.key)
	a.pool.AddCert(a.cert)
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, cert, by *x509.Certificate, key, with *ecdsa.PrivateKey) *x509.Certificate {
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

// issue makes a certificate for some IPs that is good for a time.
func (a *authority) issue(t testing.TB, lasts time.Duration, ips ...string) tls.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "replica"}, DNSNames: []string{"replica"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, ip := range ips {
		c.IPAddresses = append(c.IPAddresses, net.ParseIP(ip))
	}
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{sign(t, c, a.cert, key, a.key).Raw}, PrivateKey: key}
}

// identity is the TLS of a replica: a certificate, and who it trusts.
type identity struct {
	mu    sync.Mutex
	cert  tls.Certificate
	trust *x509.CertPool
	name  string // that peers must have; empty: their address
}

func (i *identity) set(cert tls.Certificate, trust *x509.CertPool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.cert, i.trust = cert, trust
}

func (i *identity) tls() *TLS {
	return &TLS{
		Server: func() (*tls.Config, error) {
			i.mu.Lock()
			defer i.mu.Unlock()
			return &tls.Config{
				Certificates: []tls.Certificate{i.cert}, ClientCAs: i.trust, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
			}, nil
		},
		Client: func() (*tls.Config, error) {
			i.mu.Lock()
			defer i.mu.Unlock()
			return &tls.Config{Certificates: []tls.Certificate{i.cert}, RootCAs: i.trust, ServerName: i.name, MinVersion: tls.VersionTLS12}, nil
		},
	}
}

func (a *authority) identity(t testing.TB, ips ...string) *identity {
	t.Helper()
	return &identity{cert: a.issue(t, 100*time.Hour, ips...), trust: a.pool}
}

func overTLS(i *identity) func(*Options) { return func(o *Options) { o.TLS = i.tls() } }

func ipOf(i int) string { return strings.TrimSuffix(address(i), ":9094") }
