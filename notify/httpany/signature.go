package httpany

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Signature proves to the service who asks: a header has the HMAC-SHA256 of the
// body, in hexadecimal digits. With TimestampHeader, which then has the seconds
// since 1970, it is that of the seconds, a dot and the body.
type Signature struct {
	notify.SigningSecret `yaml:",inline"`
	Header               string `yaml:"header"`
	Prefix               string `yaml:"prefix"` // of the value
	TimestampHeader      string `yaml:"timestamp_header,omitempty"`
}

// UnmarshalYAML reads a signature over its defaults.
func (s *Signature) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Signature
	p := plain{Header: "X-Signature-256", Prefix: "sha256="}
	if err := unmarshal(&p); err != nil {
		return err
	}
	*s = Signature(p)
	return nil
}

func (s *Signature) check() error {
	if s == nil {
		return nil
	}
	if err := notify.OneOf("signature.secret", string(s.Secret), s.SecretFile); err != nil {
		return err
	}
	switch {
	case !isToken(s.Header):
		return fmt.Errorf("signature.header: %q is no name of a header", s.Header)
	case s.TimestampHeader != "" && !isToken(s.TimestampHeader):
		return fmt.Errorf("signature.timestamp_header: %q is no name of a header", s.TimestampHeader)
	case http.CanonicalHeaderKey(s.Header) == http.CanonicalHeaderKey(s.TimestampHeader):
		return fmt.Errorf("signature.timestamp_header: must be another one than signature.header")
	}
	return nil
}

// sign adds the headers and returns the key.
func (s *Signature) sign(header http.Header, body []byte, now time.Time) (key string, err error) {
	if s == nil {
		return "", nil
	}
	if key, err = s.Key(); err != nil {
		return "", fmt.Errorf("signature.%w", err)
	}
	mac := hmac.New(sha256.New, []byte(key))
	if s.TimestampHeader != "" {
		seconds := strconv.FormatInt(now.Unix(), 10)
		header.Set(s.TimestampHeader, seconds)
		_, _ = mac.Write([]byte(seconds + ".")) // a hash does not fail
	}
	_, _ = mac.Write(body)
	header.Set(s.Header, s.Prefix+hex.EncodeToString(mac.Sum(nil)))
	return key, nil
}
