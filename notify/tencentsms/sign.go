package tencentsms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// algorithm is the third version of the signature
// (https://cloud.tencent.com/document/api/382/52072).
const algorithm = "TC3-HMAC-SHA256"

// signedHeaders are those that have to be part of a signature.
const signedHeaders = "content-type;host"

// credentials are who asks, and the proof of it.
type credentials struct{ id, key string }

// sign adds to a request for a service who asks, and when. Everything else must
// be in place.
func (c credentials) sign(req *http.Request, service string, now time.Time) error {
	body, err := req.GetBody()
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	canonical := strings.Join([]string{
		req.Method,
		"/", // whatever the path is
		req.URL.RawQuery,
		"content-type:" + strings.ToLower(req.Header.Get("Content-Type")),
		"host:" + strings.ToLower(req.Host),
		"",
		signedHeaders,
		hex.EncodeToString(hash.Sum(nil)),
	}, "\n")
	timestamp, day := strconv.FormatInt(now.Unix(), 10), now.UTC().Format(time.DateOnly)
	scope := day + "/" + service + "/tc3_request"
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, timestamp, scope, hex.EncodeToString(sum[:])}, "\n")

	key := []byte("TC3" + c.key)
	for _, part := range []string{day, service, "tc3_request", text} {
		key = proof(key, part)
	}
	req.Header.Set("X-TC-Timestamp", timestamp)
	req.Header.Set("Authorization", fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%x", algorithm, c.id, scope, signedHeaders, key))
	return nil
}

func proof(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // a hash takes everything
	return h.Sum(nil)
}
