package dingtalk

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// The values of errcode that are not final.
const (
	codeBusy     = "-1"
	codeTooOften = "130101"
	codeTooFast  = "410100"
)

// limitPeriod is for how long DingTalk counts messages.
const limitPeriod = time.Minute

func judge(code, _ string, fields map[string]json.RawMessage) notify.Rejection {
	switch code {
	case codeBusy:
		return notify.Rejection{Code: http.StatusServiceUnavailable}
	case codeTooOften, codeTooFast:
		return notify.Rejection{Code: http.StatusTooManyRequests, RetryAfter: wait(fields["wait"])}
	}
	return notify.Rejection{Code: http.StatusBadRequest}
}

// wait is what the guard before DingTalk asks for, in seconds. DingTalk itself
// does not say when to come back.
func wait(value json.RawMessage) time.Duration {
	const most = 3600
	var seconds int64
	if json.Unmarshal(value, &seconds) != nil || seconds <= 0 {
		return limitPeriod
	}
	return time.Duration(min(seconds, most)) * time.Second
}
