package cluster

import (
	"errors"
	"strings"
)

// The hints say what to look at.
const (
	hintKey       = "the two replicas do not have the same encryption key: compare their key files"
	hintNoKey     = "one of the two replicas encrypts gossip and the other does not: both need a key file, or none"
	hintLabel     = "the two replicas have different cluster labels"
	hintNoTLS     = "one of the two replicas speaks TLS and the other does not: both need a TLS configuration, or none"
	hintAuthority = "the certificate of the peer is not signed by an authority that this replica trusts: look at ca_file and client_ca_file"
	hintHost      = "the certificate of the peer is not for the address that it was reached at: add the IP to the certificate, or set server_name"
	hintInvalid   = "the certificate of the peer is expired or not for this use: renew it"
	hintNoCert    = "the peer has no certificate: its tls_client_config needs cert_file and key_file"
	hintForeign   = "one of the two is an Alertmanager, or a tocsin with --cluster.compat=alertmanager: start the other with that flag, or keep them apart by --cluster.label"
	hintRefused   = "the peer does not accept the certificate of this replica: look at its log, and at cert_file on this side"
)

// hintFor returns a hint for an error between replicas; empty if none is known.
func hintFor(err error) string {
	if err == nil {
		return ""
	}
	return hintForText(err.Error())
}

// hintForText goes by the text, since text is all that comes through memberlist.
func hintForText(text string) string {
	for _, known := range []struct{ part, hint string }{
		{"could decrypt the message", hintKey},
		{"remote state is not encrypted", hintNoKey},
		{"encryption is not configured", hintNoKey},
		{"unsupported encryption version", hintNoKey},
		{"too small to decrypt", hintNoKey},
		{errPlain.Error(), hintNoKey},
		{errEncrypted.Error(), hintNoKey},
		{errLabel.Error(), hintLabel},
		{"unacceptable label", hintLabel},
		{"delegate protocol version", hintForeign},
		{"does not look like a TLS handshake", hintNoTLS},
		{errHello.Error(), hintNoTLS},
		{"certificate signed by unknown authority", hintAuthority},
		{"x509: certificate is valid for", hintHost},
		{"x509: certificate is not valid for any names", hintHost},
		{"x509: cannot validate certificate for", hintHost},
		{"x509: certificate has expired", hintInvalid},
		{"x509: certificate specifies an incompatible key usage", hintInvalid},
		{"tls: client didn't provide a certificate", hintNoCert},
		{"remote error: tls", hintRefused},
	} {
		if strings.Contains(text, known.part) {
			return known.hint
		}
	}
	return ""
}

// plainly is an error of joining without the list around it that memberlist makes.
func plainly(err error) error {
	var list interface{ WrappedErrors() []error }
	if errors.As(err, &list) && len(list.WrappedErrors()) == 1 {
		return list.WrappedErrors()[0]
	}
	return err
}
