package aliyunsms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// algorithm is the third version of the signature
// (https://help.aliyun.com/document_detail/2593177.html).
const algorithm = "ACS3-HMAC-SHA256"

// credentials are who asks, and the proof of it.
type credentials struct{ id, secret string }

// call is what a request without a body asks for, and when.
type call struct {
	Action, Version string
	Nonce           string // never the same
	At              time.Time
}

// sign adds to a request without a body what it asks for, who asks, and when.
// The query must be encoded with %20 for a space.
func (c credentials) sign(req *http.Request, what call) {
	empty := sha256.Sum256(nil)
	headers := [][2]string{ // sorted
		{"host", strings.ToLower(req.Host)},
		{"x-acs-action", what.Action},
		{"x-acs-content-sha256", hex.EncodeToString(empty[:])},
		{"x-acs-date", what.At.UTC().Format(time.RFC3339)},
		{"x-acs-signature-nonce", what.Nonce},
		{"x-acs-version", what.Version},
	}
	var names []string
	lines := []string{req.Method, req.URL.EscapedPath(), req.URL.RawQuery}
	for i, h := range headers {
		if i > 0 { // the first is the client's to send
			req.Header.Set(h[0], h[1])
		}
		names = append(names, h[0])
		lines = append(lines, h[0]+":"+h[1])
	}
	signed := strings.Join(names, ";")
	lines = append(lines, "", signed, hex.EncodeToString(empty[:]))

	hash := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	proof := hmac.New(sha256.New, []byte(c.secret))
	_, _ = fmt.Fprintf(proof, "%s\n%x", algorithm, hash) // a hash takes everything
	req.Header.Set("Authorization", fmt.Sprintf("%s Credential=%s,SignedHeaders=%s,Signature=%x", algorithm, c.id, signed, proof.Sum(nil)))
}
