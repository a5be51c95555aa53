package ctl

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// explained is an error with what helps against it, where that is known.
func (t *tool) explained(err error) string {
	text := err.Error()
	if hint := t.advice(err); hint != "" {
		text += "; " + strings.ReplaceAll(hint, "--alertmanager.url", cmp.Or(t.address.flag, "--alertmanager.url"))
	}
	return text
}

// advice says what to do about a request that failed.
func (t *tool) advice(err error) string {
	failed, ok := errors.AsType[*client.Error](err)
	switch {
	case !ok:
		return ""
	case failed.Status != 0:
		return adviceOnStatus(failed)
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no answer within " + t.timeout.String() + ", --timeout allows more"
	case errors.Is(err, client.ErrNotAPI):
		return checkAddress
	}
	if hint := adviceOnTLS(err); hint != "" {
		return hint
	}
	return adviceOnNetwork(err)
}

const checkAddress = "is --alertmanager.url the address of the daemon, with its path prefix?"

func adviceOnStatus(e *client.Error) string {
	switch {
	case e.Status == http.StatusForbidden && strings.Contains(e.URL, "/admin/") && e.Text != "":
		return "" // the daemon says which flag it lacks
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return "give credentials that are right in the file that --http.config.file names, or as http://user:password@host in --alertmanager.url"
	case strings.Contains(e.Text, "HTTP request to an HTTPS server"):
		return "write https:// in --alertmanager.url"
	case e.Status == http.StatusNotFound && strings.Contains(e.URL, "/api/tocsin/"):
		return adviceOnOwn(e)
	case e.Status == http.StatusNotFound && !strings.Contains(e.URL, "/silence"):
		return checkAddress
	}
	return ""
}

// adviceOnOwn is about what only tocsin has. If the answer says what there is not, the
// daemon knows what it was asked.
func adviceOnOwn(e *client.Error) string {
	if strings.HasPrefix(e.Text, "no such") {
		return ""
	}
	return "only tocsin has this; " + checkAddress
}

func adviceOnTLS(err error) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "write http:// in --alertmanager.url"
	}
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		return "name the authority as tls_config.ca_file in the file that --http.config.file names"
	}
	if _, other := errors.AsType[x509.HostnameError](err); other {
		return "use a name that the certificate is for, or set tls_config.server_name in the file that --http.config.file names"
	}
	if _, alert := errors.AsType[tls.AlertError](err); alert || strings.Contains(err.Error(), "remote error: tls: certificate required") {
		return "the daemon wants a certificate: set tls_config.cert_file and tls_config.key_file in the file that --http.config.file names"
	}
	return ""
}

func adviceOnNetwork(err error) string {
	switch _, unknown := errors.AsType[*net.DNSError](err); {
	case unknown:
		return "is the name of the host in --alertmanager.url right?"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "does the daemon run there?"
	}
	return ""
}
