package dingtalk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// sign adds to a URL when it is used, in milliseconds, and the proof of it.
func sign(target, secret string, now time.Time) (string, error) {
	u, err := notify.ParseURL(target)
	if err != nil {
		return "", fmt.Errorf("webhook_url: %w", err)
	}
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	proof := hmac.New(sha256.New, []byte(secret))
	_, _ = proof.Write([]byte(timestamp + "\n" + secret)) // a hash takes everything
	signed := url.Values{"timestamp": {timestamp}, "sign": {base64.StdEncoding.EncodeToString(proof.Sum(nil))}}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+signed.Encode(), "&")
	return u.String(), nil
}
