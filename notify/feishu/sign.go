package feishu

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"
)

// signature is when a request is made, in seconds, and the proof of it.
type signature struct {
	Timestamp string `json:"timestamp,omitempty"`
	Sign      string `json:"sign,omitempty"`
}

// sign is as Feishu wants it: time and secret are the key, and what is signed is
// nothing.
func sign(secret string, now time.Time) signature {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	proof := hmac.New(sha256.New, []byte(timestamp+"\n"+secret))
	return signature{Timestamp: timestamp, Sign: base64.StdEncoding.EncodeToString(proof.Sum(nil))}
}
