package notify

import (
	"net/http"
	"strconv"
	"time"
)

// Rejection is a failure that a service reports in the body of an answer as if
// it were a status.
type Rejection struct {
	Code       int           // in the sense of an HTTP status; no success
	Text       string        // what the service says about it
	RetryAfter time.Duration // in full seconds; 0: it did not say
}

// Rejected is the error that CheckStatus gives for an answer with the code of a
// rejection. It does not show the URL of the request, even if the service
// repeats it.
func Rejected(req *http.Request, r Rejection) error {
	answer := &http.Response{StatusCode: r.Code, Header: make(http.Header)}
	if seconds := int64(r.RetryAfter / time.Second); seconds > 0 {
		answer.Header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	return CheckStatus(answer, []byte(concealer(req.URL).Replace(r.Text)), time.Now())
}
