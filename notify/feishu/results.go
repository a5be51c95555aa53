package feishu

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// The codes that are not final.
const (
	codeInternal  = "2200"
	codeTooOften  = "11232"
	codeLimited   = "99991400"
	codeMalformed = "9499" // or too often: the text tells
)

// results is how Feishu answers. The names in capitals are from before there were
// others; old answers have only them, and others may have 0 there whatever the
// result is.
func results() notify.ResultCode {
	return notify.ResultCode{Fields: map[string]string{"code": "msg", "StatusCode": "StatusMessage"}, Judge: judge}
}

func judge(code, text string, _ map[string]json.RawMessage) notify.Rejection {
	switch code {
	case codeInternal:
		return notify.Rejection{Code: http.StatusInternalServerError}
	case codeTooOften, codeLimited:
		return notify.Rejection{Code: http.StatusTooManyRequests}
	case codeMalformed:
		if strings.Contains(strings.ToLower(text), "too many request") {
			return notify.Rejection{Code: http.StatusTooManyRequests}
		}
	}
	return notify.Rejection{Code: http.StatusBadRequest}
}
