package aliyunsms

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// ask sends a request for one number. A refusal is an error whatever the status.
func (s sender) ask(ctx context.Context, req *http.Request) error {
	answer, err := s.client.Do(ctx, req)
	if status, refused := errors.AsType[*notify.StatusError](err); refused {
		return refine(req, status, err)
	}
	if answer == nil {
		return err
	}
	code, message := read(answer.Body)
	switch {
	case code == "OK":
		return nil
	case code != "":
		return notify.Rejected(req, judge(code, message, http.StatusBadRequest))
	case err != nil:
		return err
	}
	return notify.Unclear(req, "it has no Code")
}

// refine looks at what stands behind a status: a rate limit can have that of a
// wrong request.
func refine(req *http.Request, status *notify.StatusError, err error) error {
	code, message := read([]byte(status.Body))
	if code == "" {
		return err
	}
	r := judge(code, message, status.Code)
	r.RetryAfter = max(r.RetryAfter, status.RetryAfter)
	return notify.Rejected(req, r)
}

// read returns what the service says. The rest of the answer may be missing.
func read(body []byte) (code, message string) {
	fields, _ := (&notify.Answer{Body: body}).Fields()
	_ = json.Unmarshal(fields["Code"], &code)
	_ = json.Unmarshal(fields["Message"], &message)
	return code, message
}

// judge says what a code means; one that is not known means what the status does.
func judge(code, message string, status int) notify.Rejection {
	r := notify.Rejection{Code: status, Text: code + ": " + message}
	family, _, _ := strings.Cut(code, ".")
	switch {
	case code == "isv.BUSINESS_LIMIT_CONTROL":
		r.Code, r.RetryAfter = limit(message)
	case family == "Throttling":
		r.Code = http.StatusTooManyRequests
	case code == "isp.RAM_PERMISSION_DENY", code == "SignatureDoesNotMatch", family == "InvalidAccessKeyId", family == "Forbidden":
		r.Code = http.StatusForbidden
	case family == "isp", code == "ServiceUnavailable", code == "InternalError":
		r.Code = http.StatusServiceUnavailable
	}
	return r
}

// limit says how to take it that a number has had too many messages, in a
// minute, an hour or a day. The last is final, since it is hours until an attempt
// could succeed.
func limit(message string) (code int, wait time.Duration) {
	switch {
	case strings.Contains(message, "天级"):
		return http.StatusBadRequest, 0
	case strings.Contains(message, "小时级"):
		return http.StatusTooManyRequests, time.Hour
	}
	return http.StatusTooManyRequests, time.Minute
}
