package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// StatusError is an answer of a service that is not a success.
type StatusError struct {
	Code       int
	Body       string        // the beginning of it
	RetryAfter time.Duration // how long the service asked to be left alone; 0: it did not say
}

// Error gives the status and what the service said.
func (e *StatusError) Error() string {
	if e.Body == "" {
		return fmt.Sprintf("unexpected status code %d", e.Code)
	}
	return fmt.Sprintf("unexpected status code %d: %s", e.Code, e.Body)
}

// maxRetryAfter bounds what a service may ask for, so that a wrong header does
// not silence a receiver for the night.
const maxRetryAfter = 10 * time.Minute

// CheckStatus turns an answer into an error unless it is a success. Server
// errors and 429 may be tried again, anything else is permanent.
func CheckStatus(resp *http.Response, body []byte, now time.Time) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return refusal(resp, body, now)
}

// refusal is the error for an answer that is no success.
func refusal(resp *http.Response, body []byte, now time.Time) error {
	err := &StatusError{
		Code:       resp.StatusCode,
		Body:       excerpt(body),
		RetryAfter: retryAfter(resp.Header.Get("Retry-After"), now),
	}
	if resp.StatusCode/100 == 5 || resp.StatusCode == http.StatusTooManyRequests {
		return err
	}
	return backoff.Permanent(err)
}

// excerpt is the beginning of a body, short enough for a log line and without
// what is not UTF-8, such as half a character at the end.
func excerpt(body []byte) string {
	const most = 1024
	cut := ""
	if len(body) > most {
		body, cut = body[:most], "…"
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(body), "")) + cut
}

// retryAfter reads the header of that name: seconds or an HTTP date (RFC 9110,
// section 10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// The values of the label reason of alertmanager_notifications_failed_total.
const (
	failedOther       = "other"
	failedClient      = "clientError"
	failedServer      = "serverError"
	failedCanceled    = "contextCanceled"
	failedDeadline    = "contextDeadlineExceeded"
	failedAuth        = "authError"
	failedRateLimited = "rateLimited"
)

func failureReasons() []string {
	return []string{
		failedOther, failedClient, failedServer, failedCanceled, failedDeadline, failedAuth, failedRateLimited,
	}
}

// failureReason is the word for an error in the metrics.
func failureReason(err error) string {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return statusReason(status.Code)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return failedCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return failedDeadline
	}
	return failedOther
}

func statusReason(code int) string {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return failedAuth
	case code == http.StatusTooManyRequests:
		return failedRateLimited
	case code/100 == 4:
		return failedClient
	case code/100 == 5:
		return failedServer
	}
	return failedOther
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}
